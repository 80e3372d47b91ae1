"""A world of personas for `decoders.rsa`, from distributions of which only the top is known.

Engines report the N likeliest tokens. The columns are the tokens that the true persona lists, and
one column more for all others together. A distractor that does not list a column's token gets the
probability of its own last listed token, the most it can have: the listener is then never surer of
the true persona than the whole distributions would make it. Each row's last column is the mass that
its columns leave. With N the size of the vocabulary nothing is cut and all of it is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from personae.lm.types import NextTokens

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_MASS = 1e-9  # of the column for all other tokens, so that its logarithm is a number


def cut_world(found: Sequence[NextTokens]) -> NDArray[np.float64]:
    """Log-probabilities (K, N + 1) of the tokens that `found[0]`, the true persona, lists."""
    import numpy as np

    rows = np.array([_row(one, found[0].ids) for one in found])
    rest = np.maximum(1.0 - np.exp(rows).sum(axis=1), LEAST_MASS)
    return np.hstack([rows, np.log(rest)[:, None]])


def _row(listed: NextTokens, columns: Sequence[int]) -> list[float]:
    known = dict(zip(listed.ids, listed.log_probs, strict=True))
    floor = min(listed.log_probs)
    return [known.get(token, floor) for token in columns]
