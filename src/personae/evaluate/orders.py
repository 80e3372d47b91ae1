"""Whether things come in an expected order: Kendall's τ-b with ties, and its bootstrap.

A fidelity is τ of accuracies with their own sorted copy (Principled Personas, S074).
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.errors import InvalidOption
from personae.evaluate.bootstrap import Interval, percentiles

if TYPE_CHECKING:
    from numpy import float64, int64
    from numpy.typing import NDArray

RESAMPLES = 10_000
SHUFFLES = 1_000
_BLOCK_CELLS = 4_000_000  # of the table that says how often each resample draws each item


@dataclass(frozen=True, slots=True)
class Fidelity:
    """τ as observed, its mean over resampled items, and the percentile interval.

    `interval` is None with fewer than two items. `holds`: the interval lies above 0.
    """

    observed: float
    mean: float
    interval: Interval | None

    @property
    def holds(self) -> bool:
        return self.interval is not None and self.interval.low > 0


def kendall(first: Sequence[float], second: Sequence[float]) -> float:
    """Kendall's τ-b (1945), ties in either list allowed; 0 where one of them is all one value."""
    if len(first) != len(second):
        raise InvalidOption(f"{len(first)} and {len(second)} values are not pairs.")
    together = ties_first = ties_second = pairs = 0
    for (a, x), (b, y) in itertools.combinations(zip(first, second, strict=True), 2):
        one, other = _sign(b - a), _sign(y - x)
        together += one * other
        ties_first += one == 0
        ties_second += other == 0
        pairs += 1
    scale = math.sqrt((pairs - ties_first) * (pairs - ties_second))
    return together / scale if scale else 0.0


@dataclass(frozen=True, slots=True)
class Agreement:
    """τ-b of two lists of figures of the same things, and p of one as large by chance."""

    tau: float
    p: float


def same_order(
    first: Sequence[float], second: Sequence[float], *, seed: int = 0, shuffles: int = SHUFFLES
) -> Agreement:
    """Whether two lists put the same things in one order: τ-b, with a two-sided permutation p."""
    observed, mixed = kendall(first, second), list(second)
    rng = random.Random(seed)
    as_large = 0
    for _ in range(shuffles):
        rng.shuffle(mixed)
        as_large += abs(kendall(first, mixed)) >= abs(observed) - 1e-12
    return Agreement(observed, (as_large + 1) / (shuffles + 1))


def in_order(values: Sequence[float]) -> float:
    """τ of values with their sorted copy: 1 rising, −1 falling, 0 where all are equal."""
    return kendall(values, sorted(values))


def fidelity(
    hits: Sequence[Sequence[bool]], *, seed: int = 0, resamples: int = RESAMPLES
) -> Fidelity:
    """How well the conditions, worst expected first, come in order of their accuracy.

    `hits` has a row a condition and the same items in each. Items are drawn again, for all
    conditions at once. Raises InvalidOption for rows of different lengths.
    """
    import numpy

    if len({len(row) for row in hits}) > 1:
        raise InvalidOption("Conditions that are put in order must have the same items.")
    table = numpy.array([[int(hit) for hit in row] for row in hits], dtype=numpy.int64)
    observed = in_order(table.sum(axis=1).tolist()) if table.size else 0.0
    items = table.shape[1] if table.ndim == 2 else 0
    if items < 2 or len(hits) < 2:
        return Fidelity(observed, observed, None)
    drawn = _resampled_taus(table, seed, resamples)
    return Fidelity(observed, float(drawn.mean()), percentiles(drawn.tolist()))


def fidelity_change(
    base: Sequence[Sequence[bool]],
    other: Sequence[Sequence[bool]],
    *,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Fidelity:
    """How much better `other` comes in order than `base`, on the same draws of the same items."""
    import numpy

    tables = [numpy.array(rows, dtype=numpy.int64) for rows in (base, other)]
    if tables[0].shape != tables[1].shape:
        raise InvalidOption("Only tables of the same conditions and items can be compared.")
    before, after = (in_order(table.sum(axis=1).tolist()) for table in tables)
    observed = after - before
    if tables[0].shape[1] < 2:
        return Fidelity(observed, observed, None)
    first, second = (_resampled_taus(table, seed, resamples) for table in tables)
    drawn = second - first
    return Fidelity(observed, float(drawn.mean()), percentiles(drawn.tolist()))


def _resampled_taus(table: NDArray[int64], seed: int, resamples: int) -> NDArray[float64]:
    """τ of each resample of the items (columns); whole counts, so that ties are ties."""
    import numpy

    generator, items = numpy.random.default_rng(seed), table.shape[1]
    block = max(1, _BLOCK_CELLS // items)
    found = []
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        drawn = generator.multinomial(items, [1 / items] * items, size=size)
        found.append(_taus_in_order(drawn @ table.T))
    return numpy.concatenate(found)


def _taus_in_order(rows: NDArray[int64]) -> NDArray[float64]:
    """`in_order` of each row: both lists have the same ties, so that the scale is one count."""
    import numpy

    ordered = numpy.sort(rows, axis=1)
    first, second = numpy.triu_indices(rows.shape[1], k=1)
    signs = numpy.sign(rows[:, second] - rows[:, first])
    expected = numpy.sign(ordered[:, second] - ordered[:, first])
    together, apart = (signs * expected).sum(axis=1), numpy.abs(signs).sum(axis=1)
    return numpy.where(apart > 0, together / numpy.maximum(apart, 1), 0.0)


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
