"""Vectors in PostgreSQL: columns of pgvector, searched exactly by the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from personae.store.connection import Connection, SqlDatabase
from personae.store.vectors import Scored, VectorTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The inner product of unit vectors: a cosine that is 0, not undefined, for a vector of zeros.
_COSINE = "-(l2_normalize(vector) <#> l2_normalize(CAST(? AS vector)))"


def open_vectors(database: SqlDatabase) -> VectorTable:
    """The vectors of a PostgreSQL database."""
    return VectorTable(database, search=nearest)


def vector_text(vector: NDArray[np.float32]) -> str:
    """The vector as pgvector writes one; each number comes back as it is."""
    return "[" + ",".join(map(repr, vector.tolist())) + "]"


def nearest(
    connection: Connection, condition: str, values: Sequence[object],
    vector: NDArray[np.float32], k: int,
) -> Scored:  # fmt: skip
    """Of the rows of `vectors` that meet a condition the `k` of highest cosine, older ones first
    where they are equal."""
    rows = connection.execute(
        f"SELECT id, {_COSINE} AS score FROM vectors WHERE {condition} "
        "ORDER BY score DESC, id LIMIT ?",
        (vector_text(vector), *values, k),
    ).fetchall()
    return [(number, float(score)) for number, score in rows]
