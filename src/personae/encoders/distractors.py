"""For whom might a listener take this persona? A memory that has learnt it (S006).

Kim et al. 2020: a memory network whose keys are persona embeddings and whose values are distractor
personas, trained to name those by which the right reply is ranked first. Keys and values are the
two layers of a head: a slot answers as much as its key resembles the persona, and votes for the
distractors. Made by `personae train distractors`; the personas are of RCDG's PersonaChat triples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.data import Persona
from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head
from personae.encoders.onnx_weights import read_within
from personae.encoders.types import Embedder
from personae.errors import FormatError, InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = WEIGHTS / "distractors_minilm"
PERSONAS = "personas.txt"
DIMENSIONS = 384
DISTRACTORS = 64
_LIMIT_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class DistractorMemory:
    """Names distractors. Make one with `open_distractors`; thread-safe."""

    head: Head
    personas: tuple[Persona, ...]
    embedder: Embedder

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def votes(self, statements: Sequence[str]) -> NDArray[np.float64]:
        """How strongly the memory names each of its personas, (personas,). Raises InvalidOption."""
        if isinstance(statements, str) or not statements:
            raise InvalidOption("A distractor is found for a list of statements, at least one.")
        found: NDArray[np.float64] = self.head.apply(
            mean_vector(self.embedder.embed(statements))[None]
        )[0]
        return found

    def named(self, statements: Sequence[str], number: int) -> list[Persona]:
        """The `number` distractors named most strongly that share no statement with the persona."""
        own = {text.lower() for text in statements}
        order = (-self.votes(statements)).argsort(kind="stable")
        others = [self.personas[at] for at in order]
        return [one for one in others if not own & {t.lower() for t in one.statements}][:number]


def mean_vector(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of unit vectors, as a unit vector."""
    import numpy as np

    mean = vectors.mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9))


def open_distractors(
    embedder: Embedder | None = None, folder: Path | None = None
) -> DistractorMemory:
    """The shipped memory, or the one in `folder`, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    folder = folder or SHIPPED
    head = kept_head(folder, "distractor memory", inputs=DIMENSIONS, outputs=DISTRACTORS)
    content = read_within(folder / PERSONAS, _LIMIT_BYTES, "distractor memory")
    return DistractorMemory(head, read_distractors(content, folder), embedder_of(head, embedder))


def read_distractors(content: bytes, folder: Path) -> tuple[Persona, ...]:
    """The personas: a statement a line, an empty line between two. Raises FormatError."""
    try:
        blocks = content.decode("utf-8").strip().split("\n\n")
    except UnicodeDecodeError as error:
        raise FormatError("The personas are not UTF-8.", file=folder / PERSONAS) from error
    lines = [[line.strip() for line in block.splitlines() if line.strip()] for block in blocks]
    if len(lines) != DISTRACTORS or not all(lines):
        raise FormatError(
            f"The memory has {len(lines)} personas, not {DISTRACTORS} with statements.",
            file=folder / PERSONAS,
        )
    return tuple(
        Persona(name=f"distractor {at}", statements=tuple(one)) for at, one in enumerate(lines)
    )
