"""Which emotions a text shows: the 28 of GoEmotions, and Ekman's six beside neutral.

The shipped weights are made by `training/judges`; their card is beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from personae.encoders.heads import WEIGHTS
from personae.encoders.labels import Labeller, by_text, open_labeller, passages

SHIPPED = WEIGHTS / "emotion_minilm"
WHAT = "emotion judge"
FINE = (
    "admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity",
    "desire", "disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear",
    "gratitude", "grief", "joy", "love", "nervousness", "optimism", "pride", "realization",
    "relief", "remorse", "sadness", "surprise", "neutral",
)  # fmt: skip
NEUTRAL = "neutral"
# Narrower than the groups of GoEmotions' paper: curiosity and confusion are no surprise, approval
# and caring no joy, disapproval no anger, or hardly a turn of a dialogue would be neutral.
MEMBERS = {
    "anger": ("anger", "annoyance"),
    "disgust": ("disgust",),
    "fear": ("fear", "nervousness"),
    "joy": (
        "joy", "amusement", "excitement", "gratitude", "love", "optimism", "relief", "pride",
        "admiration",
    ),
    "sadness": ("sadness", "disappointment", "grief", "remorse"),
    "surprise": ("surprise",),
}  # fmt: skip
GROUPS = (*MEMBERS, NEUTRAL)
EMOTIONS = (*FINE, *(f"group-{group}" for group in GROUPS))
PASSAGE_WORDS = 40


@dataclass(frozen=True, slots=True)
class Felt:
    """The emotions of one text.

    `group` is the likeliest of Ekman's (with neutral) and `groups` the probability of each; `fine`
    are the emotions of the 28 that are above their thresholds, the likeliest first. Of a long text
    each emotion counts where it is strongest, and `passage` is where the group is.
    """

    group: str
    groups: dict[str, float]
    fine: tuple[str, ...]
    passage: str


def feelings(texts: Sequence[str], judge: Labeller | None = None) -> list[Felt]:
    """What each text shows; an empty one is neutral for sure."""
    judge = judge or open_emotion()
    parts = [passages(text, PASSAGE_WORDS) for text in texts]
    chances = judge.probabilities([one for own in parts for one in own])
    return [
        _felt(own, mine.tolist(), judge.labels.thresholds)
        for own, mine in zip(parts, by_text(chances, parts), strict=True)
    ]


def open_emotion(folder: Path | None = None) -> Labeller:
    """The shipped judge, or the one in `folder`. Raises as `open_labeller`."""
    return open_labeller(folder or SHIPPED, WHAT, EMOTIONS)


def _felt(
    passages: Sequence[str], chances: Sequence[Sequence[float]], thresholds: Sequence[float]
) -> Felt:
    if not passages:
        return Felt(NEUTRAL, {one: float(one == NEUTRAL) for one in GROUPS}, (NEUTRAL,), "")
    best = [max(column) for column in zip(*chances, strict=True)]
    groups = dict(zip(GROUPS, best[len(FINE) :], strict=True))
    # Neutral says that there is nothing: it has to hold for the whole text.
    groups[NEUTRAL] = min(row[-1] for row in chances)
    group = max(GROUPS, key=lambda one: groups[one])
    column = len(FINE) + GROUPS.index(group)
    place = max(range(len(passages)), key=lambda at: chances[at][column])
    there = [at for at in range(len(FINE)) if best[at] >= thresholds[at]]
    fine = tuple(FINE[at] for at in sorted(there, key=lambda at: -best[at]))
    return Felt(group, groups, fine, passages[place])
