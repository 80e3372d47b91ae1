"""The formulas of atomic fidelity: accuracy, internal and retest consistency of rated sentences.

Shin et al. 2025, Spotting Out-of-Character Behavior (S115). A text's sentences (its atoms) are
rated from 1 to 5 on a trait; anything else (trait not expressed) is left out before these formulas.
The sums run in the order of the authors' code, so that its published figures come out to the last
digit.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Literal

Level = Literal["low", "neutral", "high"]
Ratings = Sequence[int]
LOWEST, HIGHEST = 1, 5
_THIRD = (HIGHEST - LOWEST) / 3
_STARTS: dict[Level, float] = {
    "low": LOWEST, "neutral": LOWEST + _THIRD, "high": LOWEST + 2 * _THIRD,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fidelity:
    """The four figures of one persona; None where no rating allows the figure.

    `mean` is 1–5, `accuracy` and `internal` are 0–1, `retest` is −1 to 1.
    """

    mean: float | None
    accuracy: float | None
    internal: float | None
    retest: float | None


def level_of(score: float) -> Level:
    """The third of the scale: low [1, 2⅓), neutral [2⅓, 3⅔), high [3⅔, 5]."""
    if score >= _STARTS["high"]:
        return "high"
    return "neutral" if score >= _STARTS["neutral"] else "low"


def accuracy(ratings: Ratings, level: Level) -> float | None:
    """Share of a response's ratings in the target third of the scale; None of none."""
    if not ratings:
        return None
    return sum(level_of(one) == level for one in ratings) / len(ratings)


def internal_consistency(ratings: Ratings) -> float | None:
    """1 less the population standard deviation by its largest possible value; None below two."""
    if len(ratings) < 2:
        return None
    return 1 - statistics.pstdev(ratings) / ((HIGHEST - LOWEST) / 2)


def agreement(first: Ratings, second: Ratings) -> float:
    """How alike two generations' ratings are distributed: 2(1 − W₁/4) − 1, from −1 to 1."""
    return (1 - distance(first, second) / (HIGHEST - LOWEST)) * 2 - 1


def distance(first: Ratings, second: Ratings) -> float:
    """The Wasserstein distance W₁ of two samples: the area between their distribution functions."""
    places = sorted([*first, *second])
    ordered = sorted(first), sorted(second)
    area = 0.0
    for here, after in pairwise(places):
        if after > here:
            below = [sum(one <= here for one in side) / len(side) for side in ordered]
            area += abs(below[0] - below[1]) * (after - here)
    return area


def retest_consistency(generations: Sequence[Ratings]) -> float | None:
    """Mean agreement of all pairs of generations that have ratings; None without a pair."""
    rated = [ratings for ratings in generations if ratings]
    return mean(agreement(first, second) for first, second in combinations(rated, 2))


def fidelity(generations: Sequence[Sequence[Ratings]], level: Level) -> Fidelity:
    """All figures of `generations[generation][response]` ratings: means over the responses of a
    generation, then over generations."""
    pooled = [[one for response in responses for one in response] for responses in generations]
    return Fidelity(
        mean=mean(mean(map(mean, responses)) for responses in generations),
        accuracy=mean(
            mean(accuracy(response, level) for response in responses) for responses in generations
        ),
        internal=mean(mean(map(internal_consistency, responses)) for responses in generations),
        retest=retest_consistency(pooled),
    )


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are there; None of none."""
    present = [value for value in values if value is not None]
    return sum(present) / len(present) if present else None
