"""Whether a sentence tells something lasting of its speaker: what is worth remembering.

A linear head on the embedder's vector and ten features of the surface (the persona extractor of
Xu et al. 2022, PLATO-LTM, S094, in small). The shipped weights are made by `training/disclosure`;
their card is beside them.
"""

from __future__ import annotations

import re
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

SHIPPED = WEIGHTS / "disclosure_minilm"
DIMENSIONS = 384
VECTOR_SCALE, SURFACE_SCALE = 8.0, 3.0  # bring both kinds of features to one size
_LONGEST = 30  # words; longer sentences count as this long
_SURFACE = (
    re.compile(r"\b(?:i|i'm|i've|i'd|i'll|im|my|mine|we|our|me)\b", re.IGNORECASE),
    re.compile(r"^\s*(?:(?:well|yes|no|oh|and|but|so)\b)?[, ]*(?:i|my|we)\b", re.IGNORECASE),
    re.compile(r"\?\s*$"),
    re.compile(r"\byou(?:r)?\b", re.IGNORECASE),
    re.compile(r"\bmy\b", re.IGNORECASE),
    re.compile(r"\b(?:hi|hello|hey|thanks|thank)\b", re.IGNORECASE),
    re.compile(r"\b(?:love|like|enjoy|hate|favorite|favourite|prefer)\b", re.IGNORECASE),
    re.compile(r"(?:\b(?:have|am|work|live|was|used)|'m)\b", re.IGNORECASE),
)
SURFACE = len(_SURFACE) + 2


@dataclass(frozen=True, slots=True)
class Disclosure:
    """P(tells something lasting), with a head on an embedder. Make one with `open_disclosure`."""

    head: Head
    embedder: Embedder

    @property
    def name(self) -> str:
        return self.head.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def disclosure(self, sentences: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities of sentences. Raises InvalidOption for one text."""
        if isinstance(sentences, str):
            raise InvalidOption("disclosure() takes a list of sentences, not one text.")
        features = sentence_features(sentences, self.embedder.embed(list(sentences)))
        return sigmoid(self.head.apply(features)[:, 0])


def sentence_features(
    sentences: Sequence[str], vectors: NDArray[np.float32]
) -> NDArray[np.float64]:
    """What the head sees: the vector, and the surface (who, question, greeting, length)."""
    import numpy as np

    surface = np.array([_surface(one) for one in sentences], dtype=np.float64)
    surface = surface.reshape(len(sentences), SURFACE)
    return np.hstack([VECTOR_SCALE * vectors, SURFACE_SCALE * surface])


def _surface(sentence: str) -> list[float]:
    text = sentence[:2_000]
    words = len(re.findall(r"\w+", text))
    found = [one.search(text) is not None for one in _SURFACE]
    return [*map(float, found), min(words, _LONGEST) / _LONGEST, float(words < 4)]


def open_disclosure(embedder: Embedder | None = None, folder: Path | None = None) -> Disclosure:
    """The shipped model, or the one in `folder`, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    inputs = DIMENSIONS + SURFACE
    head = kept_head(folder or SHIPPED, "disclosure head", inputs=inputs, outputs=1)
    return Disclosure(head, embedder_of(head, embedder))
