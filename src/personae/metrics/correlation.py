"""How far two lists of numbers go together: Pearson, Spearman, Kendall, with counted repeats.

Each takes `counts`, how often each pair is there, so that a bootstrap draws without copying.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from personae.errors import InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Correlation: TypeAlias = Callable[["Floats"], float]  # from the counts of the pairs


def pearson(first: Sequence[float], second: Sequence[float]) -> float:
    """The linear correlation, -1 to 1; nan where one list has a single value."""
    return _of_all(pearson_counted, first, second)


def spearman(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's of the ranks, ties sharing the mean of theirs; nan as `pearson`."""
    return _of_all(spearman_counted, first, second)


def kendall(first: Sequence[float], second: Sequence[float]) -> float:
    """Kendall's tau-b (1945), which discounts ties; nan as `pearson`."""
    return _of_all(kendall_counted, first, second)


def pearson_counted(first: Sequence[float], second: Sequence[float]) -> Correlation:
    """Pearson's correlation of the pairs, as a function of how often each counts."""
    x, y = _arrays(first, second)
    return lambda counts: _pearson(x, y, counts)


def spearman_counted(first: Sequence[float], second: Sequence[float]) -> Correlation:
    """Spearman's correlation of the pairs, as a function of how often each counts."""
    x, y = _arrays(first, second)
    return lambda counts: _pearson(_ranks(x, counts), _ranks(y, counts), counts)


def kendall_counted(first: Sequence[float], second: Sequence[float]) -> Correlation:
    """Kendall's tau-b of the pairs, as a function of how often each counts."""
    import numpy as np

    x, y = _arrays(first, second)
    signs = [np.sign(one[:, None] - one[None, :]).astype(np.float32) for one in (x, y)]
    together, x_differs, y_differs = signs[0] * signs[1], abs(signs[0]), abs(signs[1])

    def tau(counts: Floats) -> float:
        weight = counts.astype(np.float32)
        agreed, by_x, by_y = (
            float(weight @ one @ weight) for one in (together, x_differs, y_differs)
        )
        return agreed / math.sqrt(by_x * by_y) if by_x > 0 and by_y > 0 else math.nan

    return tau


def _of_all(
    make: Callable[[Sequence[float], Sequence[float]], Correlation],
    first: Sequence[float],
    second: Sequence[float],
) -> float:
    import numpy as np

    return make(first, second)(np.ones(len(first)))


def _arrays(first: Sequence[float], second: Sequence[float]) -> tuple[Floats, Floats]:
    import numpy as np

    x, y = (np.asarray(one, dtype=np.float64) for one in (first, second))
    if x.shape != y.shape:
        raise InvalidOption(f"{len(x)} numbers cannot be compared with {len(y)}: give as many.")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InvalidOption("Numbers that are not finite have no correlation: leave them out.")
    return x, y


def _ranks(values: Floats, counts: Floats) -> Floats:
    """The rank of each value were it there `counts` times; ties share the mean of theirs."""
    import numpy as np

    _, group = np.unique(values, return_inverse=True)
    sizes = np.bincount(group, weights=counts)
    ranks: Floats = (np.cumsum(sizes) - sizes / 2)[group]
    return ranks


def _pearson(x: Floats, y: Floats, counts: Floats) -> float:
    total = float(counts.sum())
    if total == 0:
        return math.nan
    dx, dy = (one - float(counts @ one) / total for one in (x, y))
    spread = float(counts @ dx**2) * float(counts @ dy**2)
    return float(counts @ (dx * dy)) / math.sqrt(spread) if spread > 1e-24 else math.nan
