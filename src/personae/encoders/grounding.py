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

from personae.encoders.heads import WEIGHTS, shipped_embedder, sigmoid, softmax, unit
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
MARKS = 2  # tokens around a text


@dataclass(frozen=True, slots=True)
class Reading:
    """States of tokens (tokens, 384), and which of them stand behind the question."""

    states: Array
    is_behind: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PolyHead:
    """Codes (m, 384) with what each gives to tokens behind the question; matrices; scale and bias.

    With one code of zeros a context is the mean of its states: a bi-encoder.
    """

    codes: Array
    behind: Array
    read: Array
    held: Array
    scale: float
    bias: float

    def scores(self, reading: Reading, candidates: Array) -> Array:
        """One logit a candidate, given what was read and the candidates' vectors."""
        import numpy as np

        seen = self.codes @ reading.states.T + self.behind[:, None] * reading.is_behind
        found = softmax(seen) @ reading.states @ self.read
        held = unit(candidates @ self.held)
        found = softmax(held @ found.T) @ found
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

    def select(
        self, question: str, before: str, persona: Sequence[str], knowledge: Sequence[str]
    ) -> Choice:
        """The best paragraph (-1 where there is none), and as many statements as the count says.

        `before` is what was said before the question. The statements are judged by the question
        with the chosen paragraph. Raises InvalidOption for one text in the place of a list.
        """
        import numpy as np

        for name, texts in (("persona", persona), ("knowledge", knowledge)):
            if isinstance(texts, str):
                raise InvalidOption(f"The {name} is a list of texts, not one text.")
        scores = np.zeros(0)
        if knowledge:
            scores = self.knowledge.scores(readings([(question, before)])[0], self._held(knowledge))
        best = int(scores.argmax()) if len(scores) else -1
        chances, number = np.zeros(0), 0
        if persona:
            chances, number = self._statements(
                question, knowledge[best] if knowledge else "", persona
            )
        order = np.argsort(-chances, kind="stable")[:number]
        return Choice(
            best, tuple(sorted(map(int, order))), tuple(scores.round(4).tolist()),
            tuple(chances.round(4).tolist()),
        )  # fmt: skip

    def _statements(
        self, question: str, paragraph: str, persona: Sequence[str]
    ) -> tuple[Array, int]:
        """The chance of each statement, and how many to take."""
        import numpy as np

        reading = readings([(question, paragraph)])[0]
        chances = sigmoid(self.persona.scores(reading, self._held(persona)))
        weight, bias = self.count
        features = count_features(reading.states, chances)
        return chances, min(int(np.argmax(features @ weight + bias)), len(persona))

    def _held(self, texts: Sequence[str]) -> Array:
        import numpy as np

        return self.embedder.embed(list(texts)).astype(np.float64)


def readings(pairs: Sequence[tuple[str, str]]) -> list[Reading]:
    """What is read of each (question, text behind it); the two are encoded by themselves."""
    import numpy as np

    flat = token_states([text for pair in pairs for text in pair])
    found = []
    for first, second in zip(flat[::2], flat[1::2], strict=True):
        # The empty text has two states, of its marks alone.
        second = second if len(second) > MARKS else second[:0]
        states = np.concatenate([first, second]).astype(np.float64)
        found.append(Reading(states, np.arange(len(states)) >= len(first)))
    return found


def count_features(states: Array, chances: Array) -> Array:
    """The context's mean, and the best chances, the highest first."""
    import numpy as np

    best = np.sort(chances)[::-1][:COUNTED]
    padded = np.concatenate([best, np.zeros(COUNTED - len(best))])
    return np.concatenate([unit(states.mean(axis=0)), padded])


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
    codes = read(f"{name}.codes", (None, DIMENSIONS))
    return PolyHead(
        codes, read(f"{name}.behind", (len(codes),)), read(f"{name}.read", square),
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
