"""Models as keys of caches, and what they said of texts that are asked about again and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from personae.encoders.types import Embedder, Nli

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PAIRS_LIMIT = 500_000  # about 150 MB with their texts


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


@dataclass(frozen=True, slots=True)
class KeptNli:
    """An inference model that is asked once about a pair, as long as this object lives.

    The model's own cache holds what was asked last, and a scoring that goes through more pairs
    than that, metric by metric, finds nothing in it: here all metrics and runs of a scoring share
    one table, up to `PAIRS_LIMIT` pairs. Not for several threads at once.
    """

    nli: Nli
    _rows: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.nli.name

    @property
    def fingerprint(self) -> str:
        return self.nli.fingerprint

    @property
    def thresholds(self) -> Mapping[float, float]:
        return self.nli.thresholds

    def classify(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """As the model's own, which gets all that is new in one batch."""
        import numpy

        rows = self._rows
        fresh = [pair for pair in dict.fromkeys(pairs) if pair not in rows]
        if len(rows) + len(fresh) > PAIRS_LIMIT:
            return self.nli.classify(pairs)
        if fresh:
            rows.update(zip(fresh, self.nli.classify(fresh), strict=True))
        if not pairs:
            return numpy.zeros((0, 3), dtype=numpy.float32)
        return numpy.stack([rows[pair] for pair in pairs])


def kept_nli(nli: Nli) -> KeptNli:
    """The model with a table of what it said; the same one where it has one."""
    return nli if isinstance(nli, KeptNli) else KeptNli(nli)
