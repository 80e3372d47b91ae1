"""The words that a reply shares with a persona, as PLATO counts them, and where they stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from personae.data import Sample
from personae.metrics.stopwords import content_words
from personae.metrics.types import Scores, mean_scores, replied

STATEMENTS_LIMIT = 64
LISTED = 20

Against = Literal["persona", "statement"]
Figure = Literal["recall", "precision", "f1"]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shared content words of a reply and the text it was compared with; figures are 0–1."""

    shared: frozenset[str]
    said: int
    wanted: int
    statement: str = ""

    @property
    def recall(self) -> float:
        return len(self.shared) / self.wanted if self.shared else 0.0

    @property
    def precision(self) -> float:
        return len(self.shared) / self.said if self.shared else 0.0

    @property
    def f1(self) -> float:
        return 2 * len(self.shared) / (self.said + self.wanted) if self.shared else 0.0


def overlap(reply: str, statements: Sequence[str], against: Against = "persona") -> Overlap:
    """The reply against all statements as one set of words, or against the one with the best F1.

    `statement` is the one that shares most with the reply (empty where none shares a word).
    """
    said = content_words(reply)
    single = [_compared(said, content_words(one), one) for one in statements]
    best = max(single, key=lambda one: one.f1, default=Overlap(frozenset(), len(said), 0))
    if against == "statement":
        return best
    wanted = frozenset().union(*map(content_words, statements))
    named = best.statement if best.shared else ""
    return _compared(said, wanted, named)


def _compared(said: frozenset[str], wanted: frozenset[str], statement: str) -> Overlap:
    return Overlap(said & wanted, len(said), len(wanted), statement)


def overlap_scores(
    name: str, samples: Sequence[Sample], figure: Figure, against: Against
) -> Scores:
    """One figure of every reply whose persona has statements (the first 64 count)."""
    found = [
        overlap(sample.reply, sample.scene.persona.statements[:STATEMENTS_LIMIT], against)
        if replied(sample) and sample.scene.persona.statements
        else None
        for sample in samples
    ]
    present = [one for one in found if one is not None]
    best = sorted((one for one in present if one.shared), key=lambda one: -one.f1)
    return mean_scores(
        name,
        [None if one is None else getattr(one, figure) for one in found],
        unit="0–1",
        higher_is_better=True,
        detail={
            "against": against,
            **{kind: _mean([getattr(one, kind) for one in present]) for kind in _FIGURES},
            "without_overlap": sum(not one.shared for one in present),
            "best": [_told(one) for one in best[:LISTED]],
        },
    )


_FIGURES: tuple[Figure, ...] = ("recall", "precision", "f1")


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 6) if values else None


def _told(one: Overlap) -> dict[str, Any]:
    return {"statement": one.statement, "shared": sorted(one.shared), "f1": round(one.f1, 4)}
