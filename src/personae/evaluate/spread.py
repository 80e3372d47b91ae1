"""How much more one group of figures is spread than another: a variance ratio and its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.errors import InvalidOption
from personae.evaluate.bootstrap import CONFIDENCE, Interval

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

RESAMPLES = 2_000
FEWEST = 4  # figures in a group: fewer say nothing of their spread
_LEAST_EXCESS = 0.2  # of a kurtosis over 1: two values in equal parts have none at all


@dataclass(frozen=True, slots=True)
class VarianceRatio:
    """The variance of the first group over that of the second, with standard deviations.

    `ratio` is infinite where only the second is all one value, nan where both are; `interval` is
    None in both cases.
    """

    first_sd: float
    second_sd: float
    ratio: float
    interval: Interval | None

    @property
    def is_larger(self) -> bool:
        """Whether the first group is spread more, beyond chance."""
        return self.interval is not None and self.interval.low > 1


def variance_ratio(
    first: Sequence[float], second: Sequence[float], *, seed: int = 0, resamples: int = RESAMPLES
) -> VarianceRatio:
    """The ratio of two variances with a studentised bootstrap interval.

    Residuals of both groups, each divided by its standard deviation, are drawn into two groups of
    the same sizes; the log ratio of each draw is divided by its own error (√((κ−1)/n) a group),
    and the quantiles are turned back at the error observed (Efron & Tibshirani 1993, ch. 12).
    Residuals are drawn from both groups together: the smaller one, ten paraphrases say, has too
    few of its own. With equal spreads 94 to 95 of 100 intervals hold 1, where the plain percentile
    bootstrap has 88 to 92 (tests). Raises InvalidOption for groups of fewer than four figures.
    """
    import numpy

    if min(len(first), len(second)) < FEWEST:
        raise InvalidOption(
            f"{len(first)} and {len(second)} figures: a spread needs {FEWEST} in each group."
        )
    groups = [numpy.asarray(group, dtype=float) for group in (first, second)]
    variances, kurtoses = zip(*(_moments(group) for group in groups), strict=True)
    (one,), (other,) = variances
    deviations = math.sqrt(one), math.sqrt(other)
    if one == 0 or other == 0:
        ratio = math.nan if one == other else math.inf if one else 0.0
        return VarianceRatio(*deviations, ratio, None)
    residuals = numpy.concatenate(
        [(group - group.mean()) / sd for group, sd in zip(groups, deviations, strict=True)]
    )
    sizes = (len(first), len(second))
    drawn = _studentised(residuals, sizes, seed, resamples)
    low, high = numpy.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    error = float(_error(kurtoses[0], kurtoses[1], sizes)[0])
    middle = math.log(one / other)
    reach = Interval(math.exp(middle - high * error), math.exp(middle - low * error))
    return VarianceRatio(*deviations, float(one / other), reach)


def _studentised(
    residuals: NDArray[float64], sizes: tuple[int, int], seed: int, resamples: int
) -> NDArray[float64]:
    """Log ratios of variances of drawn residuals over their errors; those without are left out."""
    import numpy

    generator = numpy.random.default_rng(seed)
    (one, kurtosis), (other, other_kurtosis) = (
        _moments(residuals[generator.integers(0, len(residuals), size=(resamples, size))])
        for size in sizes
    )
    fit = (one > 0) & (other > 0)
    error = _error(kurtosis[fit], other_kurtosis[fit], sizes)
    return numpy.asarray(numpy.log(one[fit] / other[fit]) / error)


def _moments(rows: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64]]:
    """Variance (n − 1) and kurtosis of each row; a kurtosis of 1 where a row is all one value."""
    import numpy

    rows = numpy.atleast_2d(rows)
    apart = rows - rows.mean(axis=1, keepdims=True)
    second, fourth = (apart**2).mean(axis=1), (apart**4).mean(axis=1)
    # Rounding leaves 1e-34 or so where all values are the same.
    second = numpy.where(second > 1e-24 * (rows**2).mean(axis=1), second, 0.0)
    kurtosis = numpy.divide(fourth, second**2, out=numpy.ones_like(second), where=second > 0)
    count = rows.shape[1]
    return second * count / (count - 1), kurtosis


def _error(
    first: NDArray[float64], second: NDArray[float64], sizes: tuple[int, int]
) -> NDArray[float64]:
    """The standard error of a log ratio of variances from the groups' kurtoses."""
    import numpy

    parts = (
        numpy.maximum(kurtosis - 1, _LEAST_EXCESS) / size
        for kurtosis, size in zip((first, second), sizes, strict=True)
    )
    return numpy.asarray(numpy.sqrt(sum(parts)))
