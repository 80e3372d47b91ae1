"""How much of the spread of figures their groups explain, and whether shuffled groups would too."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from personae.errors import InvalidOption

SHUFFLES = 2_000


@dataclass(frozen=True, slots=True)
class GroupShare:
    """η² (between groups over all), what shuffled groups have on average, and p of as much."""

    share: float
    by_chance: float
    p: float


def group_share(
    values: Sequence[float], groups: Sequence[str], *, seed: int = 0, shuffles: int = SHUFFLES
) -> GroupShare | None:
    """The share of the variance that lies between groups.

    None where there is nothing to share: one group, one value, or a group for each figure.

    The permutation test shuffles who is in which group. Raises InvalidOption for lists of different
    lengths.
    """
    if len(values) != len(groups):
        raise InvalidOption(f"{len(values)} figures and {len(groups)} groups are not pairs.")
    if not 1 < len(set(groups)) < len(groups) or len(set(values)) < 2:
        return None
    mean = fmean(values)
    whole = sum((value - mean) ** 2 for value in values)

    def share(placed: Sequence[str]) -> float:
        return _between(values, placed, mean) / whole

    observed, mixed = share(groups), list(groups)
    rng = random.Random(seed)
    drawn = []
    for _ in range(shuffles):
        rng.shuffle(mixed)
        drawn.append(share(mixed))
    as_much = sum(one >= observed - 1e-12 for one in drawn)
    return GroupShare(observed, fmean(drawn), (as_much + 1) / (shuffles + 1))


def _between(values: Sequence[float], groups: Sequence[str], mean: float) -> float:
    """The sum of squares between groups."""
    held: dict[str, list[float]] = {}
    for value, group in zip(values, groups, strict=True):
        held.setdefault(group, []).append(value)
    return sum(len(one) * (fmean(one) - mean) ** 2 for one in held.values())
