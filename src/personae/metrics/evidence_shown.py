"""The share of the passages that explain a decision which the prompt showed."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, labels_of, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S085",), labelled=True)


def evidence_shown() -> Metric:
    """Mean over questions of the label `evidence_shown`, 0–1: what a memory found, not an answer.

    A question without that label has no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_shown(one) if replied(one) else None for one in samples]
        return mean_scores("evidence-shown", values, unit="0–1", higher_is_better=True)

    return measure


def _shown(sample: Sample) -> float | None:
    value = labels_of(sample).get("evidence_shown")
    return float(value) if isinstance(value, int | float) else None
