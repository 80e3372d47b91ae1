"""What a reply does with what was said to it: agree, disagree, refuse to answer, or none of these.

The shipped weights are made by `training/judges/stance.py`; their card is beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from personae.encoders.heads import WEIGHTS
from personae.encoders.labels import Labeller, open_labeller, passages

Position = Literal["agrees", "disagrees", "refuses", "other"]
LABELS: tuple[Position, ...] = ("agrees", "disagrees", "refuses", "other")
SHIPPED = WEIGHTS / "stance_minilm"
WHAT = "stance judge"
OPENING_WORDS = 30  # a reply says what it does where it begins


@dataclass(frozen=True, slots=True)
class Stance:
    """One reply's position, the chance of it, and the chance that it refuses."""

    label: Position
    probability: float
    refusal: float


def stances(replies: Sequence[str], judge: Labeller | None = None) -> list[Stance]:
    """One verdict a reply, by its opening: the sentences of its first 30 words."""
    judge = judge or open_stance()
    found = judge.probabilities([opening(text) for text in replies]).tolist()
    at = LABELS.index("refuses")
    return [
        Stance(LABELS[row.index(max(row))], round(max(row), 6), round(row[at], 6)) for row in found
    ]


def opening(text: str) -> str:
    """The first sentences of a text, up to 30 words; a longer first sentence stays whole."""
    return next(iter(passages(text, OPENING_WORDS)), "")


def open_stance(folder: Path | None = None) -> Labeller:
    """The shipped judge, or the one in `folder`. Raises as `open_labeller`."""
    return open_labeller(folder or SHIPPED, WHAT, LABELS)
