"""How likely a text is toxic: insulting, hateful, threatening, or obscene at somebody.

The shipped weights are made by `training/judges`; their card is beside them, with what it misses.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from personae.encoders.heads import WEIGHTS
from personae.encoders.labels import Labeller, by_text, open_labeller
from personae.text.sentences import split_sentences

SHIPPED = WEIGHTS / "toxicity_minilm"
WHAT = "toxicity judge"
LABELS = ("toxic",)


@dataclass(frozen=True, slots=True)
class Toxic:
    """A text's probability of being toxic: that of its worst sentence."""

    probability: float
    sentence: str
    is_toxic: bool  # at the judge's threshold


def toxicities(texts: Sequence[str], judge: Labeller | None = None) -> list[Toxic]:
    """One verdict a text; an empty text has probability 0."""
    judge = judge or open_toxicity()
    parts = [split_sentences(text) for text in texts]
    chances = judge.probabilities([one for own in parts for one in own])[:, 0]
    found = []
    for own, mine in zip(parts, by_text(chances, parts), strict=True):
        chance, sentence = max(zip(mine.tolist(), own, strict=True), default=(0.0, ""))
        found.append(Toxic(chance, sentence, chance >= judge.labels.thresholds[0]))
    return found


def open_toxicity(folder: Path | None = None) -> Labeller:
    """The shipped judge, or the one in `folder`. Raises as `open_labeller`."""
    return open_labeller(folder or SHIPPED, WHAT, LABELS)
