"""Logistic regression for small heads, and the figures that such a classifier is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from personae.errors import PersonaeError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

_STEPS, _CLOSE = 50, 1e-6
_FREE = 1e-6  # penalty of the intercept: nearly none, so that the system can be solved


def fit_logistic(x: Floats, is_positive: Bools, penalty: float) -> tuple[Floats, float]:
    """Weights and intercept that minimise the log-loss plus `penalty`/2 times the squared weights.

    Newton's method, which has one answer. Raises PersonaeError where one of the classes is missing.
    """
    import numpy as np

    if is_positive.all() or not is_positive.any():
        raise PersonaeError("There are examples of one side only: nothing can be learned.")
    rows = np.hstack([x, np.ones((len(x), 1))])
    penalties = np.full(rows.shape[1], penalty)
    penalties[-1] = _FREE
    weights = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        p = 0.5 * (1 + np.tanh(0.5 * (rows @ weights)))
        slope = rows.T @ (p - is_positive) + penalties * weights
        curve = (rows * np.maximum(p * (1 - p), 1e-9)[:, None]).T @ rows + np.diag(penalties)
        step = np.linalg.solve(curve, slope)
        # Far from the minimum a whole step can leap over it.
        weights -= step * min(1.0, 5.0 / max(1e-12, float(np.abs(step).max())))
        if float(np.abs(step).max()) < _CLOSE:
            break
    return weights[:-1], float(weights[-1])


def auroc(scores: Floats, is_positive: Bools) -> float:
    """Chance that a positive scores above a negative, ties by half; nan without both."""
    import numpy as np

    wins, losses = int(is_positive.sum()), int((~is_positive).sum())
    if not (wins and losses):
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    total = float(ranks[is_positive].sum()) - wins * (wins + 1) / 2
    return total / (wins * losses)


def f1_at(scores: Floats, is_positive: Bools, threshold: float) -> float:
    """F1 of the positives when those at or above the threshold are called so."""
    found = scores >= threshold
    total = int(found.sum()) + int(is_positive.sum())
    return 2 * int((found & is_positive).sum()) / total if total else 0.0


def best_threshold(scores: Floats, is_positive: Bools) -> float:
    """The threshold with the highest F1, midway between two scores; the highest such one."""
    import numpy as np

    values = np.unique(scores)
    between = [*((values[1:] + values[:-1]) / 2).tolist(), float(values[0])]
    return float(max(between, key=lambda at: (f1_at(scores, is_positive, at), at)))


def folds_of(groups: Sequence[str], folds: int, seed: int) -> list[int]:
    """A fold for each row; rows of one group share it, and folds have about as many groups."""
    import random

    names = sorted(set(groups))
    random.Random(seed).shuffle(names)
    fold = {name: number % folds for number, name in enumerate(names)}
    return [fold[group] for group in groups]
