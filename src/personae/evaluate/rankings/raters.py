"""How far raters agree beyond chance: Fleiss' kappa (1971) and Krippendorff's alpha (2011)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Literal

from personae.evaluate.rankings.votes import Vote

Level = Literal["nominal", "ordinal", "interval"]
Units = Sequence[Sequence[float]]


def vote_units(votes: Sequence[Vote]) -> list[list[float]]:
    """The signs that each prompt and pair got, one list for what several raters saw alike."""
    found: defaultdict[Hashable, list[float]] = defaultdict(list)
    for vote in votes:
        found[vote.prompt, vote.pair].append(vote.sign)
    return list(found.values())


def fleiss_kappa(units: Units) -> float:
    """Kappa of units with the same number of ratings, at least 2; nan where they are not."""
    raters = {len(unit) for unit in units}
    if len(raters) != 1 or (each := raters.pop()) < 2:
        return math.nan
    counts = [Counter(unit) for unit in units]
    within = sum(sum(n * (n - 1) for n in one.values()) for one in counts)
    observed = within / (len(units) * each * (each - 1))
    totals = Counter(value for unit in units for value in unit)
    chance = sum((n / (len(units) * each)) ** 2 for n in totals.values())
    return math.nan if chance == 1 else (observed - chance) / (1 - chance)


def krippendorff_alpha(units: Units, level: Level = "nominal") -> float:
    """Alpha of units with any number of ratings; nan where no two can be compared or all are one.

    Units with a single rating say nothing and are left out.
    """
    held = [unit for unit in units if len(unit) > 1]
    totals = Counter(value for unit in held for value in unit)
    count = sum(totals.values())
    if len(totals) < 2:
        return math.nan
    distance = _distance(level, totals)
    observed = sum(
        distance(a, b) / (len(unit) - 1)
        for unit in held
        for i, a in enumerate(unit)
        for j, b in enumerate(unit)
        if i != j
    )
    expected = sum(m * n * distance(a, b) for a, m in totals.items() for b, n in totals.items())
    return 1 - (count - 1) * observed / expected


def _distance(level: Level, totals: Mapping[float, int]) -> Callable[[float, float], float]:
    """δ² of two values."""
    if level == "nominal":
        return lambda a, b: float(a != b)
    if level == "interval":
        return lambda a, b: (a - b) ** 2

    def ordinal(a: float, b: float) -> float:
        low, high = min(a, b), max(a, b)
        between = sum(n for value, n in totals.items() if low <= value <= high)
        return (between - (totals[a] + totals[b]) / 2) ** 2

    return ordinal
