"""Pairs of systems one by one: wins, exact sign tests, Holm's correction; and Kendall's τ."""

from __future__ import annotations

from dataclasses import dataclass

from personae.evaluate.compare import holm
from personae.evaluate.paired import sign_p
from personae.evaluate.rankings.votes import Tally


@dataclass(frozen=True, slots=True)
class Pair:
    """Two systems: votes for each, ties, and prompts on which more votes were for one or the other.

    `p` is of the two-sided sign test over prompts (votes of one prompt are not independent);
    `p_holm` allows for all the pairs that were tested.
    """

    first: str
    second: str
    first_wins: int
    second_wins: int
    ties: int
    first_prompts: int
    second_prompts: int
    p: float
    p_holm: float


def pairs_of(tally: Tally) -> list[Pair]:
    """Every pair that met, in the order of the systems' names."""
    found: list[tuple[str, str, tuple[int, int, int, int, int]]] = []
    for i, first in enumerate(tally.systems):
        for j in range(i + 1, len(tally.systems)):
            lead = tally.wins[:, i, j] - tally.wins[:, j, i]
            counts = (
                int(tally.wins[:, i, j].sum()), int(tally.wins[:, j, i].sum()),
                int(tally.ties[:, i, j].sum()), int((lead > 0).sum()), int((lead < 0).sum()),
            )  # fmt: skip
            if sum(counts[:3]):
                found.append((first, tally.systems[j], counts))
    chances = [sign_p(counts[3], counts[4]) for *_, counts in found]
    return [
        Pair(first, second, *counts, p, corrected)
        for (first, second, counts), p, corrected in zip(found, chances, holm(chances), strict=True)
    ]
