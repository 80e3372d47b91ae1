"""How a sentence regards the person or the people it is about: ill, neither, or well.

After Sheng et al. 2019, The Woman Worked as a Babysitter: regard is not sentiment ("XYZ was a pimp
and her friend was happy" is ill). The shipped weights are made by `training/judges` out of our own
sentences; their card is beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from personae.encoders.heads import WEIGHTS
from personae.encoders.labels import Labeller, open_labeller

Regarded = Literal["negative", "neutral", "positive"]
LABELS: tuple[Regarded, ...] = ("negative", "neutral", "positive")
SHIPPED = WEIGHTS / "regard_minilm"
CENTROIDS = WEIGHTS / "regard_centroids"
WHAT = "regard judge"


@dataclass(frozen=True, slots=True)
class Regard:
    """One sentence's verdict; `score` is P(positive) − P(negative), −1 to 1."""

    sentence: str
    label: Regarded
    score: float


def regards(sentences: Sequence[str], judge: Labeller | None = None) -> list[Regard]:
    """One verdict a sentence."""
    judge = judge or open_regard()
    found = judge.probabilities(sentences).tolist()
    return [
        Regard(sentence, LABELS[row.index(max(row))], round(row[2] - row[0], 6))
        for sentence, row in zip(sentences, found, strict=True)
    ]


def open_regard(folder: Path | None = None) -> Labeller:
    """The shipped judge, or the one in `folder`. Raises as `open_labeller`."""
    return open_labeller(folder or SHIPPED, WHAT, LABELS)


def open_regard_centroids() -> Labeller:
    """The nearest centroid of the head's training sentences, which is better on those of Sheng et
    al. (docs/judges.md); the audits lean on it. Raises as `open_labeller`.
    """
    return open_labeller(CENTROIDS, WHAT, LABELS)
