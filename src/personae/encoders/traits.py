"""Where a sentence stands on a Big Five trait, 1 to 5, or that it says nothing of the trait.

Two linear heads on the embedder: whether the trait is expressed, and at which level. The shipped
weights are made by `training/traits`; their card is beside them. N is kept as in S115: 1 is
neurotic, 5 is emotionally stable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from personae.encoders.heads import WEIGHTS, Head, embedder_of, kept_head, sigmoid
from personae.encoders.types import Embedder
from personae.errors import InvalidOption

Trait = Literal["O", "C", "E", "A", "N"]
TRAITS: tuple[Trait, ...] = ("O", "C", "E", "A", "N")
SHIPPED = WEIGHTS / "traits_minilm"
DIMENSIONS = 384
EXPRESSED = 0.5


@dataclass(frozen=True, slots=True)
class Rating:
    """One sentence on one trait. `score` is 1–5, None where the trait is not expressed;
    `expressed` is the gate's probability and `level` the score before rounding."""

    atom: str
    trait: Trait
    score: int | None
    expressed: float
    level: float


@dataclass(frozen=True, slots=True)
class TraitRater:
    """Rates sentences with a head on an embedder. Make one with `open_trait_rater`."""

    head: Head
    embedder: Embedder

    @property
    def name(self) -> str:
        return self.head.manifest.name

    @property
    def fingerprint(self) -> str:
        return self.head.manifest.fingerprint

    def rate(self, atoms: Sequence[str], trait: Trait) -> list[Rating]:
        """One rating for each sentence. Raises InvalidOption for an unknown trait or one text."""
        import numpy as np

        if trait not in TRAITS:
            raise InvalidOption(f"{trait!r} is no trait; choose one of {', '.join(TRAITS)}.")
        found = self.head.apply(self.embedder.embed(atoms))
        at = TRAITS.index(trait)
        expressed = sigmoid(found[:, at]).tolist()
        levels = np.clip(found[:, len(TRAITS) + at], 1, 5).tolist()
        return [
            Rating(atom, trait, round(level) if share >= EXPRESSED else None, share, level)
            for atom, share, level in zip(atoms, expressed, levels, strict=True)
        ]


def open_trait_rater(embedder: Embedder | None = None, folder: Path | None = None) -> TraitRater:
    """The shipped rater, or the one in `folder`, on `embedder` where that is the right one.

    Raises EnvironmentFault, FormatError, CapabilityError as `kept_head` and `embedder_of` do.
    """
    head = kept_head(folder or SHIPPED, "trait head", inputs=DIMENSIONS, outputs=2 * len(TRAITS))
    return TraitRater(head, embedder_of(head, embedder))
