"""Intervals for the figures of a run, and for the difference of two runs on the same samples."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from personae.metrics.types import Scores

if TYPE_CHECKING:
    from numpy import intp
    from numpy.typing import NDArray

RESAMPLES = 1000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the figure would lie `CONFIDENCE` of the time, were the samples drawn again."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How much the second run's figure is above the first's, on `count` common samples.

    `p` is the two-sided chance of a difference at least as large, were there none.
    """

    difference: float
    interval: Interval
    p: float
    count: int


def interval(
    scores: Scores,
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Interval | None:
    """The confidence interval of `scores.total`; None with fewer than two samples, or where the
    total is not finite.

    Percentile bootstrap over samples (Efron & Tibshirani 1993, ch. 13); for metrics that give
    `leave_one_out`, a jackknife with the normal quantile.
    """
    positions = scores.applicable
    if len(positions) < 2 or not math.isfinite(scores.total):
        return None
    if scores.leave_one_out is not None:
        error = _jackknife_error(scores.leave_one_out(positions))
        return _normal_interval(scores.total, error, confidence)
    if scores.resample is None:
        return None
    at, total_of = _array(positions), scores.resample
    drawn = _bootstrap(lambda draw: total_of(at[draw]), len(positions), seed, resamples)
    return percentiles(drawn, confidence)


def paired_difference(
    first: Scores,
    second: Scores,
    pairs: Sequence[tuple[int, int]],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
    confidence: float = CONFIDENCE,
) -> Difference | None:
    """Second minus first on the samples that both have; None where that cannot be said.

    `pairs` are positions of the same sample in the two runs; pairs without a value in one of them
    are left out. Both runs are resampled by the same draws. `p` is that of sacrebleu's paired
    bootstrap (Riezler & Maxwell 2005): how often the differences, moved to a mean of zero, are at
    least as large as the one observed; (k + 1) / (resamples + 1).
    """
    held = [
        pair
        for pair in pairs
        if first.values[pair[0]] is not None and second.values[pair[1]] is not None
    ]
    if len(held) < 2 or first.resample is None or second.resample is None:
        return None
    one, other = (_array([pair[side] for pair in held]) for side in (0, 1))
    total_of_one, total_of_other = first.resample, second.resample
    observed = total_of_other(other) - total_of_one(one)
    if first.leave_one_out is not None and second.leave_one_out is not None:
        without = zip(first.leave_one_out(one), second.leave_one_out(other), strict=True)
        error = _jackknife_error([b - a for a, b in without])
        reach = _normal_interval(observed, error, confidence)
        return Difference(observed, reach, _normal_p(observed, error), len(held))
    drawn = _bootstrap(
        lambda draw: total_of_other(other[draw]) - total_of_one(one[draw]),
        len(held),
        seed,
        resamples,
    )
    spread = percentiles(drawn, confidence)
    if spread is None:
        return None
    mean = math.fsum(drawn) / len(drawn)
    # "At least", with room for rounding: equal runs give p = 1, not 0.
    reached = sum(abs(value - mean) >= abs(observed) - 1e-12 for value in drawn)
    p = (reached + 1) / (len(drawn) + 1)
    return Difference(observed, spread, p, len(held))


def _bootstrap(
    total_of: Callable[[NDArray[intp]], float], count: int, seed: int, resamples: int
) -> list[float]:
    import numpy

    generator = numpy.random.default_rng(seed)
    return [total_of(generator.integers(0, count, size=count)) for _ in range(resamples)]


def percentiles(drawn: Sequence[float], confidence: float = CONFIDENCE) -> Interval | None:
    """Order statistics of what was drawn; None where some of it is not finite."""
    if not all(math.isfinite(value) for value in drawn):
        return None
    ordered, tail = sorted(drawn), (1 - confidence) / 2
    outside = round(tail * len(ordered))
    return Interval(ordered[outside], ordered[-1 - outside])


def _jackknife_error(totals: Sequence[float]) -> float:
    """√((n−1)/n · Σ(θᵢ − θ̄)²), θᵢ the total without sample i, θ̄ their mean."""
    n = len(totals)
    mean = math.fsum(totals) / n
    return math.sqrt((n - 1) / n * math.fsum((total - mean) ** 2 for total in totals))


def _normal_interval(total: float, error: float, confidence: float) -> Interval:
    reach = NormalDist().inv_cdf(0.5 + confidence / 2) * error
    return Interval(total - reach, total + reach)


def _normal_p(difference: float, error: float) -> float:
    if error == 0:
        return 1.0 if difference == 0 else 0.0
    return 2 * NormalDist().cdf(-abs(difference) / error)


def _array(positions: Sequence[int]) -> NDArray[intp]:
    import numpy

    return numpy.asarray(positions, dtype=numpy.intp)
