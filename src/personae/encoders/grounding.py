"""Which knowledge and whose statements a reply needs: the poly-encoder of INFO (S026).

A context is read as `m` learned mixtures of its token states; each candidate then attends to those,
and its score is a scaled cosine with what it found (Humeau et al. 2020). One such head is for
knowledge, one for persona statements, and a linear one says how many statements to take. Made by
`personae train info`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.encoders.heads import WEIGHTS, shipped_embedder, sigmoid
from personae.encoders.onnx_weights import names_files, read_manifest, read_object, verified
from personae.encoders.token_states import token_states
from personae.encoders.types import Embedder
from personae.errors import CapabilityError, FormatError, InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SHIPPED = WEIGHTS / "info_minilm"
FILES = ("weights.json",)
WHAT = "grounding model"
DIMENSIONS, CODES_LIMIT = 384, 256
COUNTED = 5  # the best statements that the count head looks at; it says 0 to 4
READ_WORDS = 48  # of the paragraph: the question behind it must not be cut
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class PolyHead:
    """Codes (m, 384), matrices for what is read and for candidates, scale and bias.

    Without codes a context is the mean of its states: a bi-encoder.
    """

    codes: Array
    read: Array
    held: Array
    scale: float
    bias: float

    def scores(self, states: Array, candidates: Array) -> Array:
        """One logit a candidate, given the context's states and the candidates' vectors."""
        import numpy as np

        held = unit(candidates @ self.held)
        if len(self.codes):
            found = softmax(self.codes @ states.T) @ states @ self.read
            found = softmax(held @ found.T) @ found
        else:
            found = (states.mean(axis=0) @ self.read)[None]
        return np.asarray(self.scale * (unit(found) * held).sum(axis=1) + self.bias)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, and every candidate's score: logits of knowledge, chances of statements."""

    knowledge: int
    statements: tuple[int, ...]
    knowledge_scores: tuple[float, ...]
    statement_scores: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Grounding:
    """Make one with `open_grounding`; thread-safe."""

    name: str
    fingerprint: str
    knowledge: PolyHead
    persona: PolyHead
    count: tuple[Array, Array]
    embedder: Embedder

    def select(self, context: str, persona: Sequence[str], knowledge: Sequence[str]) -> Choice:
        """The best paragraph (-1 where there is none), and as many statements as the count says.

        The statements are judged by the context with the chosen paragraph. Raises InvalidOption
        for one text in the place of a list.
        """
        import numpy as np

        for name, texts in (("persona", persona), ("knowledge", knowledge)):
            if isinstance(texts, str):
                raise InvalidOption(f"The {name} is a list of texts, not one text.")
        scores = np.zeros(0)
        if knowledge:
            states = token_states([context])[0].astype(np.float64)
            scores = self.knowledge.scores(states, self._vectors(knowledge))
        best = int(scores.argmax()) if len(scores) else -1
        chances, number = np.zeros(0), 0
        if persona:
            chances, number = self._statements(
                with_knowledge(context, knowledge[best] if knowledge else ""), persona
            )
        order = np.argsort(-chances, kind="stable")[:number]
        return Choice(
            best, tuple(sorted(map(int, order))), tuple(scores.round(4).tolist()),
            tuple(chances.round(4).tolist()),
        )  # fmt: skip

    def _statements(self, context: str, persona: Sequence[str]) -> tuple[Array, int]:
        """The chance of each statement, and how many to take."""
        import numpy as np

        states = token_states([context])[0].astype(np.float64)
        chances = sigmoid(self.persona.scores(states, self._vectors(persona)))
        weight, bias = self.count
        features = count_features(states, chances)
        return chances, min(int(np.argmax(features @ weight + bias)), len(persona))

    def _vectors(self, texts: Sequence[str]) -> Array:
        import numpy as np

        return self.embedder.embed(list(texts)).astype(np.float64)


def with_knowledge(context: str, paragraph: str) -> str:
    """What the persona head reads: the paragraph, then what was said, the question first."""
    return f"{' '.join(paragraph.split()[:READ_WORDS])} {context}".strip()


def count_features(states: Array, chances: Array) -> Array:
    """The context's mean, and the best chances, the highest first."""
    import numpy as np

    best = np.sort(chances)[::-1][:COUNTED]
    padded = np.concatenate([best, np.zeros(COUNTED - len(best))])
    return np.concatenate([unit(states.mean(axis=0)), padded])


def unit(vectors: Any) -> Array:
    """Vectors of length 1."""
    import numpy as np

    return np.asarray(vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + TINY))


def softmax(logits: Array) -> Array:
    """Shares that add up to 1 along the last axis."""
    import numpy as np

    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def open_grounding(folder: Path | None = None) -> Grounding:
    """The shipped model, or the one in `folder`, on the shipped embedder.

    Raises EnvironmentFault where a file is missing or damaged, FormatError where it is no such
    model, CapabilityError where it was trained on another embedder.
    """
    return _opened(folder or SHIPPED)


@lru_cache(maxsize=4)
def _opened(folder: Path) -> Grounding:
    value = read_manifest(folder / "manifest.json", WHAT)
    name = value("name", str, lambda name: 0 < len(name) <= 200)
    hashes = value("sha256", dict, lambda hashes: names_files(hashes, FILES))
    trained_on = value("embedder", str, lambda text: 0 < len(text) <= 64)
    embedder = shipped_embedder()
    if embedder.fingerprint != trained_on:
        raise CapabilityError(f"{name} was trained on another embedder; make it anew.")
    file = folder / "weights.json"
    digest = hashes["weights.json"]
    arrays = read_object(verified(file, digest, WHAT), file)
    head = _reader(arrays, file)
    weight = head("count.weight", (DIMENSIONS + COUNTED, COUNTED))
    bias = head("count.bias", (COUNTED,))
    knowledge, persona = (_head(head, name) for name in ("knowledge", "persona"))
    return Grounding(name, digest[:16], knowledge, persona, (weight, bias), embedder)


def _head(read: Any, name: str) -> PolyHead:
    square = (DIMENSIONS, DIMENSIONS)
    scale, bias = read(f"{name}.scale", (2,))
    return PolyHead(
        read(f"{name}.codes", (None, DIMENSIONS)), read(f"{name}.read", square),
        read(f"{name}.held", square), float(scale), float(bias),
    )  # fmt: skip


def _reader(arrays: dict[str, Any], file: Path) -> Any:
    import numpy as np

    def read(name: str, shape: tuple[int | None, ...]) -> Array:
        given = arrays.get(name)
        try:
            content = base64.b64decode(given if isinstance(given, str) else "", validate=True)
            flat = np.frombuffer(content, dtype="<f2").astype(np.float64)
            found = flat.reshape([-1 if one is None else one for one in shape])
        except (binascii.Error, ValueError) as error:
            raise FormatError(f"The array {name!r} is missing or wrong.", file=file) from error
        if not np.isfinite(found).all() or len(found) > max(CODES_LIMIT, DIMENSIONS + COUNTED):
            raise FormatError(f"The array {name!r} is missing or wrong.", file=file)
        return found

    return read
