"""Whether an answer to a query has to use a persona statement: the relevance model of S054.

A linear head on the embedder's vectors of statement and query. The shipped weights are made by
`training/relevance`; their card is beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head, sigmoid
from personae.encoders.types import Embedder
from personae.errors import InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = WEIGHTS / "relevance_minilm"
DIMENSIONS = 384
PARTS = 2  # product and distance


@dataclass(frozen=True, slots=True)
class Relevance:
    """P(relevant) of pairs, with a head on an embedder. Make one with `open_relevance`."""

    head: Head
    embedder: Embedder

    @property
    def name(self) -> str:
        return self.head.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def relevance(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """Probabilities of pairs (statement, query). Raises InvalidOption for one text."""
        if isinstance(pairs, str):
            raise InvalidOption("relevance() takes pairs (statement, query), not one text.")
        statements = self.embedder.embed([statement for statement, _ in pairs])
        queries = self.embedder.embed([query for _, query in pairs])
        return sigmoid(self.head.apply(pair_features(statements, queries))[:, 0])


def pair_features(
    statements: NDArray[np.float32], queries: NDArray[np.float32]
) -> NDArray[np.float32]:
    """What the head sees of two vectors: their product and their distance, by coordinate."""
    import numpy as np

    return np.concatenate([statements * queries, np.abs(statements - queries)], axis=1)


def open_relevance(embedder: Embedder | None = None, folder: Path | None = None) -> Relevance:
    """The shipped model, or the one in `folder`, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    head = kept_head(folder or SHIPPED, "relevance head", inputs=PARTS * DIMENSIONS, outputs=1)
    return Relevance(head, embedder_of(head, embedder))
