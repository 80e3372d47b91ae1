"""Whether two groups differ, by how much, and whether two measures go together.

The formulas are those of scipy.stats, with numpy alone; the tests compare them with scipy's values.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pvariance

from personae.errors import InvalidOption

NORMALITY_MINIMUM = 8  # D'Agostino's test says nothing of fewer
SIGNIFICANT = 0.05
_TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Test:
    """A statistic and the two-sided chance of one at least as extreme, were there no effect."""

    name: str
    statistic: float
    p: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two groups: Cohen's d (None where neither varies), the test that fits, and the means."""

    d: float | None
    test: Test
    first_mean: float
    second_mean: float
    first_count: int
    second_count: int


def compare(first: Sequence[float], second: Sequence[float]) -> Comparison:
    """PersonaLLM's comparison (S096): ANOVA where both groups look normal, else Mann-Whitney.

    Raises InvalidOption for a group of fewer than two.
    """
    _need(first, 2)
    _need(second, 2)
    is_normal = all(
        len(group) >= NORMALITY_MINIMUM and normality(group).p >= SIGNIFICANT
        for group in (first, second)
    )
    return Comparison(
        cohens_d(first, second),
        anova([first, second]) if is_normal else mann_whitney(first, second),
        fmean(first),
        fmean(second),
        len(first),
        len(second),
    )


def cohens_d(first: Sequence[float], second: Sequence[float]) -> float | None:
    """The difference of means in pooled standard deviations; None where neither group varies.

    As PersonaLLM computes it: population variances, weighted by n - 1 and divided by
    n1 + n2 - 2. Raises InvalidOption for a group of fewer than two.
    """
    _need(first, 2)
    _need(second, 2)
    count = len(first) + len(second) - 2
    pooled = ((len(first) - 1) * pvariance(first) + (len(second) - 1) * pvariance(second)) / count
    return (fmean(first) - fmean(second)) / math.sqrt(pooled) if pooled > 0 else None


def anova(groups: Sequence[Sequence[float]]) -> Test:
    """One-way analysis of variance: F, with p 0 where groups differ that do not vary themselves."""
    for group in groups:
        _need(group, 2)
    total, count = fmean(value for group in groups for value in group), sum(map(len, groups))
    between = math.fsum(len(group) * (fmean(group) - total) ** 2 for group in groups)
    within = math.fsum((value - fmean(group)) ** 2 for group in groups for value in group)
    above, below = len(groups) - 1, count - len(groups)
    if within == 0:
        return Test("ANOVA", math.inf if between else 0.0, 0.0 if between else 1.0)
    f = (between / above) / (within / below)
    return Test("ANOVA", f, _beta(below / (below + above * f), below / 2, above / 2))


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> Test:
    """U of the first group; p from the normal curve, corrected for ties and for continuity."""
    _need(first, 1)
    _need(second, 1)
    both = [*first, *second]
    place, n1, n2 = ranks(both), len(first), len(second)
    u = math.fsum(place[:n1]) - n1 * (n1 + 1) / 2
    count = n1 + n2
    ties = math.fsum(size**3 - size for size in Counter(both).values())
    spread = n1 * n2 / 12 * (count + 1 - ties / (count * (count - 1)))
    if spread <= 0:
        return Test("Mann-Whitney", u, 1.0)
    z = (abs(u - n1 * n2 / 2) - 0.5) / math.sqrt(spread)
    return Test("Mann-Whitney", u, math.erfc(max(z, 0.0) / math.sqrt(2)))


def normality(values: Sequence[float]) -> Test:
    """D'Agostino and Pearson's test of skewness and kurtosis (1973); p is small where not normal.

    A group that does not vary is not normal (p 0). Raises InvalidOption for fewer than eight.
    """
    _need(values, NORMALITY_MINIMUM)
    n, mean = len(values), fmean(values)
    second, third, fourth = (
        math.fsum((value - mean) ** power for value in values) / n for power in (2, 3, 4)
    )
    if second <= _TINY:
        return Test("D'Agostino", math.inf, 0.0)
    k2 = _skewness_z(third / second**1.5, n) ** 2 + _kurtosis_z(fourth / second**2, n) ** 2
    return Test("D'Agostino", k2, math.exp(-k2 / 2))


def _skewness_z(skewness: float, n: int) -> float:
    y = skewness * math.sqrt((n + 1) * (n + 3) / (6 * (n - 2)))
    above, below = 3 * (n**2 + 27 * n - 70) * (n + 1) * (n + 3), (n - 2) * (n + 5) * (n + 7)
    beta = above / (below * (n + 9))
    w2 = -1 + math.sqrt(2 * (beta - 1))
    return math.asinh(y / math.sqrt(2 / (w2 - 1))) / math.sqrt(0.5 * math.log(w2))


def _kurtosis_z(kurtosis: float, n: int) -> float:
    """Anscombe and Glynn's transformation (1983) of a kurtosis that is 3 for a normal curve."""
    expected = 3 * (n - 1) / (n + 1)
    variance = 24 * n * (n - 2) * (n - 3) / ((n + 1) ** 2 * (n + 3) * (n + 5))
    x = (kurtosis - expected) / math.sqrt(variance)
    root = 6 * (n**2 - 5 * n + 2) / ((n + 7) * (n + 9))
    root *= math.sqrt(6 * (n + 3) * (n + 5) / (n * (n - 2) * (n - 3)))
    a = 6 + 8 / root * (2 / root + math.sqrt(1 + 4 / root**2))
    below = 1 + x * math.sqrt(2 / (a - 4))
    third = math.copysign(((1 - 2 / a) / abs(below)) ** (1 / 3), below) if below else 0.0
    return (1 - 2 / (9 * a) - third) / math.sqrt(2 / (9 * a))


def pearson(first: Sequence[float], second: Sequence[float]) -> Test:
    """The product-moment correlation; with a measure of 0 and 1 it is the point-biserial one.

    0 with p 1 where one of them does not vary. Raises InvalidOption for fewer than three pairs.
    """
    return _correlation("Pearson", first, second)


def spearman(first: Sequence[float], second: Sequence[float]) -> Test:
    """The correlation of ranks; ties get their mean rank. Raises InvalidOption as `pearson`."""
    return _correlation("Spearman", ranks(first), ranks(second))


def ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    found, at = [0.0] * len(values), 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for place in order[at : end + 1]:
            found[place] = (at + end) / 2 + 1
        at = end + 1
    return found


def _correlation(name: str, first: Sequence[float], second: Sequence[float]) -> Test:
    if len(first) != len(second):
        raise InvalidOption(f"{len(first)} values cannot be paired with {len(second)}.")
    _need(first, 3)
    one, other = fmean(first), fmean(second)
    product = math.fsum((a - one) * (b - other) for a, b in zip(first, second, strict=True))
    spread = math.sqrt(
        math.fsum((a - one) ** 2 for a in first) * math.fsum((b - other) ** 2 for b in second)
    )
    if spread <= _TINY:
        return Test(name, 0.0, 1.0)
    r = max(-1.0, min(1.0, product / spread))
    return Test(name, r, _t_p(r, len(first) - 2))


def _t_p(r: float, freedom: int) -> float:
    """The two-sided p of a correlation, by Student's t."""
    if abs(r) >= 1:
        return 0.0
    return _beta(1 - r * r, freedom / 2, 0.5)


def _beta(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function, by Lentz's continued fraction."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x > (a + 1) / (a + b + 2):  # where the fraction converges slowly, its mirror is quick
        return 1 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    value = d
    for step in range(1, 500):
        for term in (
            step * (b - step) * x / ((a + 2 * step - 1) * (a + 2 * step)),
            -(a + step) * (a + b + step) * x / ((a + 2 * step) * (a + 2 * step + 1)),
        ):
            d = 1 + term * d
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = 1 + term / c
            c = c if abs(c) > _TINY else _TINY
            value *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return value


def _need(values: Sequence[float], count: int) -> None:
    if len(values) < count:
        raise InvalidOption(f"This needs at least {count} values in a group, not {len(values)}.")
