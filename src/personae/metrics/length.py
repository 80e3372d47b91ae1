"""How long the replies are, in words or characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo()


def length(*, unit: Literal["words", "characters"] = "words") -> Metric:
    """Mean length of the replies; words are what `str.split` makes (for languages with spaces).

    `detail` holds the mean length of the gold replies, to compare with.
    """

    def size(text: str) -> int:
        return len(text.split()) if unit == "words" else len(text)

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [float(size(sample.reply)) if replied(sample) else None for sample in samples]
        gold = [size(sample.reference) for sample in samples if sample.reference.strip()]
        detail = {"gold_mean": sum(gold) / len(gold)} if gold else {}
        return mean_scores("length", values, unit=unit, higher_is_better=None, detail=detail)

    return measure
