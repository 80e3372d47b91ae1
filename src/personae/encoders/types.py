"""The shapes of small encoder models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Turns texts into unit vectors, shape (texts, dimensions), float32."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class Nli(Protocol):
    """Says of a pair (what was said, persona statement) whether the first entails the second.

    `thresholds`: share of human gold replies that may be flagged → contradiction probability above
    which a reply is flagged.
    """

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def thresholds(self) -> Mapping[float, float]: ...

    def classify(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        """Probabilities (pairs, 3): entailment, neutral, contradiction, in that order.

        A pair is (premise, hypothesis) = (what was said, persona statement).
        """
        ...
