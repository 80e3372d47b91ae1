"""Vectors in PostgreSQL: columns of pgvector, searched exactly by the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from personae.store.connection import Connection, SqlDatabase
from personae.store.types import Neighbour
from personae.store.vectors import VectorTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# The inner product of unit vectors: a cosine that is 0, not undefined, for a vector of zeros.
_COSINE = "-(l2_normalize(vector) <#> l2_normalize(CAST(? AS vector)))"


def open_vectors(database: SqlDatabase) -> VectorTable:
    """The vectors of a PostgreSQL database."""
    return VectorTable(database, column=vector_text, search=nearest)


def vector_text(vector: NDArray[np.float32]) -> str:
    """The vector as pgvector writes one; each number comes back as it is."""
    return "[" + ",".join(map(repr, vector.tolist())) + "]"


def nearest(
    connection: Connection, collection: int, vector: NDArray[np.float32], k: int
) -> tuple[Neighbour, ...]:
    """The `k` rows of highest cosine; the older row first where they are equal."""
    rows = connection.execute(
        f"SELECT key, text, {_COSINE} AS score FROM vectors WHERE collection_id = ? "
        "ORDER BY score DESC, id LIMIT ?",
        (vector_text(vector), collection, k),
    ).fetchall()
    return tuple(Neighbour(key, text, float(score)) for key, text, score in rows)
