"""Davidson's model (1970): Bradley–Terry in which a tie is an outcome of its own.

P(i) = πi/D, P(j) = πj/D, P(tie) = ν√(πi πj)/D, D = πi + πj + ν√(πi πj); β = log π, Σβ = 0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.errors import InvalidOption

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

ROUNDS, TOLERANCE = 200, 1e-10


@dataclass(frozen=True, slots=True)
class Davidson:
    """β of each system with its standard error, and ν: how likely equals are to tie."""

    beta: NDArray[float64]
    errors: NDArray[float64]
    nu: float


def davidson(wins: NDArray[float64], ties: NDArray[float64]) -> Davidson:
    """Fit by Newton's method; the log-likelihood is concave in β and log ν.

    `ties` is symmetric, each tie on both sides. Without a tie this is Bradley–Terry, ν = 0. Raises
    InvalidOption where there are only ties: ν would be infinite.
    """
    import numpy as np

    if not wins.sum():
        raise InvalidOption("All votes are ties: Davidson's model has no maximum.")
    count, has_ties = len(wins), bool(ties.sum())
    at = np.zeros(count + has_ties)
    best = _log_likelihood(at, wins, ties)
    for _ in range(ROUNDS):
        gradient, information = _derivatives(at, wins, ties)
        step = np.linalg.pinv(information, hermitian=True) @ gradient
        size = 1.0
        while _log_likelihood(at + size * step, wins, ties) < best - 1e-12 and size > 1e-6:
            size /= 2
        at = at + size * step
        best = _log_likelihood(at, wins, ties)
        if np.abs(step).max() < TOLERANCE:
            break
    _, information = _derivatives(at, wins, ties)
    covariance = np.linalg.pinv(information, hermitian=True)
    errors = np.sqrt(np.maximum(np.diag(covariance)[:count], 0))
    beta = at[:count] - at[:count].mean()
    return Davidson(beta, errors, math.exp(at[count]) if has_ties else 0.0)


def _chances(
    at: NDArray[float64], count: int
) -> tuple[NDArray[float64], NDArray[float64], NDArray[float64]]:
    """log P(row wins), log P(tie), log P(column wins), for every ordered pair."""
    import numpy as np

    beta = at[:count]
    row, column = np.broadcast_arrays(beta[:, None], beta[None, :])
    tie = (row + column) / 2 + (at[count] if len(at) > count else -np.inf)
    whole = np.logaddexp(np.logaddexp(row, column), tie)
    return row - whole, tie - whole, column - whole


def _log_likelihood(at: NDArray[float64], wins: NDArray[float64], ties: NDArray[float64]) -> float:
    import numpy as np

    row, tie, _ = _chances(at, len(wins))
    tied = np.where(ties > 0, ties * np.where(ties > 0, tie, 0), 0)
    return float((wins * row).sum() + tied.sum() / 2)


def _derivatives(
    at: NDArray[float64], wins: NDArray[float64], ties: NDArray[float64]
) -> tuple[NDArray[float64], NDArray[float64]]:
    """Gradient and information of an exponential family: observed less expected, and n·Cov."""
    import numpy as np

    count, size = len(wins), len(at)
    gradient, information = np.zeros(size), np.zeros((size, size))
    logs = _chances(at, count)
    for i in range(count):
        for j in range(i + 1, count):
            seen = np.array([wins[i, j], ties[i, j], wins[j, i]])
            if not seen.sum():
                continue
            chance = np.exp([log[i, j] for log in logs])
            features = np.zeros((3, size))
            features[0, i] = features[2, j] = 1
            features[1, [i, j]] = 0.5
            if size > count:
                features[1, count] = 1
            mean = chance @ features
            gradient += seen @ features - seen.sum() * mean
            second = (features * chance[:, None]).T @ features - np.outer(mean, mean)
            information += seen.sum() * second
    return gradient, information
