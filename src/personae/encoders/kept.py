"""Models as keys of caches, and vectors of texts that are asked about again and again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from personae.encoders.types import Embedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class ByFingerprint:
    """A model as a key of a cache: one fingerprint, one model."""

    fingerprint: str
    model: Any

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ByFingerprint) and other.fingerprint == self.fingerprint


def by_fingerprint(model: Any) -> ByFingerprint:
    """The model as a key."""
    return ByFingerprint(model.fingerprint, model)


def kept_vectors(embedder: Embedder, texts: tuple[str, ...]) -> NDArray[np.float32]:
    """What the embedder makes of the texts, of the last 64 lists made once. Not to be changed."""
    return _kept_vectors(by_fingerprint(embedder), texts)


@lru_cache(maxsize=64)
def _kept_vectors(embedder: ByFingerprint, texts: tuple[str, ...]) -> NDArray[np.float32]:
    vectors: NDArray[np.float32] = embedder.model.embed(texts)
    return vectors
