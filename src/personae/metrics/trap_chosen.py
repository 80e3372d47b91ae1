"""How often a wrong answer was chosen that was set as a trap: the outdated one, or the cliché."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S040",), labelled=True)


def trap_chosen(*, trap: Literal["outdated", "cliche"] = "outdated") -> Metric:
    """Mean over the questions with such an option of 1 where it was chosen, 0–1.

    By chance it is a quarter of four; less than that is better than not knowing.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_chosen(one, trap) if replied(one) else None for one in samples]
        return mean_scores("trap-chosen", values, unit="0–1", higher_is_better=False)

    return measure


def _chosen(sample: Sample, trap: str) -> float | None:
    text = labels_of(sample).get(trap)
    return float(sample.reply == text) if text else None
