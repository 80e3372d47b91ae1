"""Compare runs sample by sample: differences with intervals, significance and effect size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from personae.data import JsonObject
from personae.evaluate.bootstrap import Difference
from personae.evaluate.score import Figure, Report, Run, common_samples
from personae.evaluate.types import BASELINE


@dataclass(frozen=True, slots=True)
class Compared:
    """One run against the first by one metric.

    `p_holm` is p corrected for all comparisons of the report (Holm 1979). `effect` is Cohen's d of
    the paired differences (their mean over their standard deviation); None with fewer than two
    pairs, where all differences are equal, and for metrics whose figure is not the mean of their
    samples' values (bleu, distinct): d would be of something else. Better, worse and equal count
    samples by the direction of the metric (greater is better where it has none).
    """

    metric: str
    run: int
    difference: Difference
    p_holm: float
    effect: float | None
    better: int
    worse: int
    equal: int

    def to_dict(self) -> JsonObject:
        """The comparison as a JSON object."""
        span = self.difference.interval
        return {
            "metric": self.metric, "run": self.run, "difference": self.difference.difference,
            "interval": [span.low, span.high], "p": self.difference.p, "p_holm": self.p_holm,
            "effect": self.effect, "better": self.better, "worse": self.worse,
            "equal": self.equal, "n": self.difference.count,
        }  # fmt: skip


def compared(report: Report) -> tuple[Compared, ...]:
    """All runs but the first against it, by every metric that has values of both.

    Baselines that answer without a model are compared by the first metric alone: of the others
    nobody asks whether they differ, and each row makes the correction of all stricter.
    """
    headline = next(iter(report.figures), "")
    found = [
        (name, at, figure.difference, _changes(report, row, at))
        for name, row in report.figures.items()
        for at, figure in enumerate(row)
        if figure.difference is not None and (name == headline or not _is_baseline(report.runs[at]))
    ]
    corrected = holm([difference.p for _, _, difference, _ in found])
    return tuple(
        Compared(
            name, at, difference, p_holm, _effect(changes, difference),
            sum(one > 0 for one in changes), sum(one < 0 for one in changes),
            sum(one == 0 for one in changes),
        )
        for (name, at, difference, changes), p_holm in zip(found, corrected, strict=True)
    )  # fmt: skip


def holm(values: Sequence[float]) -> tuple[float, ...]:
    """p values corrected for their number, in the order given (Holm 1979, step-down)."""
    order = sorted(range(len(values)), key=values.__getitem__)
    corrected, largest = [1.0] * len(values), 0.0
    for rank, at in enumerate(order):
        largest = max(largest, min(1.0, values[at] * (len(values) - rank)))
        corrected[at] = largest
    return tuple(corrected)


def effect_size(changes: Sequence[float]) -> float | None:
    """Cohen's d of paired differences: mean over standard deviation (n − 1)."""
    if len(changes) < 2:
        return None
    spread = stdev(changes)
    return fmean(changes) / spread if spread > 0 else None


def _is_baseline(run: Run) -> bool:
    return str(run.record.get("method", "")).startswith(BASELINE)


def _effect(changes: Sequence[float], difference: Difference) -> float | None:
    """The effect size where the difference is the mean of the samples' changes."""
    if not changes:
        return None
    found = abs(difference.difference)
    is_mean = math.isclose(abs(fmean(changes)), found, rel_tol=1e-6, abs_tol=1e-9)
    return effect_size(changes) if is_mean else None


def _changes(report: Report, row: Sequence[Figure], at: int) -> list[float]:
    """By sample of both runs: how much better the run does than the first."""
    first, other = row[0].scores, row[at].scores
    sign = -1.0 if first.higher_is_better is False else 1.0
    pairs = common_samples(report.runs[0], report.runs[at])
    values = [(first.values[one], other.values[two]) for one, two in pairs]
    return [
        sign * (b - a)
        for a, b in values
        if a is not None and b is not None and math.isfinite(a) and math.isfinite(b)
    ]
