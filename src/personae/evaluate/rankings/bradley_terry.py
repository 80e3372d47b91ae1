"""Bradley–Terry strengths from wins, by minorisation–maximisation (Hunter 2004).

P(i beats j) = e^βi / (e^βi + e^βj), Σβ = 0. Every function takes one matrix of wins or a stack of
them, so that a bootstrap is one call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import bool_, float64
    from numpy.typing import NDArray

PSEUDO_WINS = 0.5  # both ways between all systems, where the maximum would lie at infinity
TOLERANCE = 1e-10  # largest relative change of a strength
ROUNDS = 20_000


def strengths(wins: NDArray[float64]) -> NDArray[float64]:
    """β of (…, systems, systems) wins, a tie as half a win for both.

    The maximum only exists where the graph of wins is strongly connected (`is_connected`): give
    `connected` wins.
    """
    import numpy as np

    flat = wins.reshape(-1, *wins.shape[-2:]).astype(float)
    won, met = flat.sum(axis=2), flat + flat.transpose(0, 2, 1)
    found = np.ones_like(won)
    open_ = np.arange(len(flat))
    for _ in range(ROUNDS):
        now = found[open_]
        shares = met[open_] / (now[:, :, None] + now[:, None, :])
        new = won[open_] / np.maximum(shares.sum(axis=2), 1e-300)
        new /= np.exp(np.log(np.maximum(new, 1e-300)).mean(axis=1, keepdims=True))
        found[open_] = new
        open_ = open_[(np.abs(new / now - 1) > TOLERANCE).any(axis=1)]
        if not len(open_):
            break
    beta = np.log(np.maximum(found, 1e-300))
    centred: NDArray[float64] = beta - beta.mean(axis=1, keepdims=True)
    return centred.reshape(wins.shape[:-1])


def is_connected(wins: NDArray[float64]) -> NDArray[bool_]:
    """Whether from each system a chain of wins leads to every other, for each matrix."""
    import numpy as np

    count = wins.shape[-1]
    reach = (wins > 0) | np.eye(count, dtype=bool)
    for _ in range(max(1, (count - 1).bit_length())):
        reach = np.matmul(reach.astype(float), reach.astype(float)) > 0
    return np.asarray(reach.all(axis=(-1, -2)))


def connected(wins: NDArray[float64]) -> tuple[NDArray[float64], NDArray[bool_]]:
    """The wins with `PSEUDO_WINS` added where a matrix is not connected, and which ones are not."""
    import numpy as np

    apart = ~is_connected(wins)
    added = PSEUDO_WINS * (1 - np.eye(wins.shape[-1]))
    return wins + apart[..., None, None] * added, apart


def standard_errors(wins: NDArray[float64], beta: NDArray[float64]) -> NDArray[float64]:
    """Of each β of one matrix: the diagonal of the pseudo-inverse of the information."""
    import numpy as np

    chance = 1 / (1 + np.exp(beta[None, :] - beta[:, None]))
    information = -(wins + wins.T) * chance * (1 - chance)
    np.fill_diagonal(information, 0)
    np.fill_diagonal(information, -information.sum(axis=1))
    covariance = np.linalg.pinv(information, hermitian=True)
    return np.sqrt(np.maximum(np.diag(covariance), 0))


def log_likelihood(wins: NDArray[float64], beta: NDArray[float64]) -> float:
    """Σ w_ij log P(i beats j), nats."""
    import numpy as np

    return float(-(wins * np.log1p(np.exp(beta[None, :] - beta[:, None]))).sum())
