"""How well a memory fits what was just said: the dual encoder of PLATO-LTM (S094), in small.

A matrix each for what is said (context encoder) and for what is remembered (persona encoder) over
the embedder's vectors; the score is the cosine of the two. Made by `personae train memory-match`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head
from personae.encoders.types import Embedder
from personae.errors import InvalidOption

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHIPPED = WEIGHTS / "memory_match_minilm"
DIMENSIONS = 384
NAMES = ("context", "fact")


@dataclass(frozen=True, slots=True)
class MemoryMatch:
    """Scores of memories for a message. Make one with `open_memory_match`."""

    context: Head
    fact: Head
    embedder: Embedder

    @property
    def fingerprint(self) -> str:
        return f"{self.context.manifest.fingerprint}-{self.fact.manifest.fingerprint}"

    def match(self, message: str, memories: Sequence[str]) -> NDArray[np.float64]:
        """The score of each memory, -1 to 1. Raises InvalidOption for one text."""
        import numpy as np

        if isinstance(memories, str):
            raise InvalidOption("The memories are a list of texts, not one text.")
        if not memories:
            return np.zeros(0)
        heard = self.context.apply(self.embedder.embed([message]))[0]
        held = self.fact.apply(self.embedder.embed(list(memories)))
        sizes = np.linalg.norm(held, axis=1) * np.linalg.norm(heard)
        return np.asarray(held @ heard / np.maximum(sizes, 1e-9))


def open_memory_match(embedder: Embedder | None = None, folder: Path | None = None) -> MemoryMatch:
    """The shipped encoders, or those in `folder`, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    folder = folder or SHIPPED
    context, fact = (
        kept_head(folder / name, f"{name} of memory match", inputs=DIMENSIONS, outputs=DIMENSIONS)
        for name in NAMES
    )
    return MemoryMatch(context, fact, embedder_of(context, embedder))
