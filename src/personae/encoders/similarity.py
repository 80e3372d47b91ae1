"""Exact nearest neighbours among unit vectors, with numpy alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from personae.errors import InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def top_k(
    query: NDArray[np.float32], matrix: NDArray[np.float32], k: int
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The rows of `matrix` with the largest dot product with `query`, best first.

    Returns their indexes and products, `min(k, rows)` of each; equal products keep the rows' order,
    so the answer is exact and always the same. With unit vectors the product is the cosine.
    Raises InvalidOption when the shapes do not fit, `k` is negative, or a product is not a number.
    """
    import numpy as np

    if query.ndim != 1 or matrix.ndim != 2 or matrix.shape[1] != query.shape[0]:
        raise InvalidOption(
            f"top_k takes a vector (n,) and a matrix (rows, n), not {query.shape} and "
            f"{matrix.shape}."
        )
    if k < 0:
        raise InvalidOption(f"top_k cannot find {k} rows; give 0 or more.")
    products = matrix @ query
    if np.isnan(products).any():
        raise InvalidOption("top_k was given vectors that are not numbers (NaN or infinite).")
    best = _largest(products, min(k, len(products)))
    return best, products[best]


def _largest(products: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    import numpy as np

    if k == 0:
        return np.empty(0, dtype=np.intp)
    threshold = np.partition(products, len(products) - k)[len(products) - k]
    above = np.flatnonzero(products > threshold)
    level = np.flatnonzero(products == threshold)[: k - len(above)]
    chosen = np.sort(np.concatenate([above, level]))
    return chosen[np.argsort(-products[chosen], kind="stable")]
