"""The share of questions whose right option was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(aka=("accuracy",), labelled=True)


def choice_accuracy() -> Metric:
    """Mean over the answered questions of 1 where the reply is the reference, to the letter, 0–1.

    A question with no options, or no reference, has no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [
            float(one.reply == one.reference) if replied(one) and is_choice(one) else None
            for one in samples
        ]
        return mean_scores("choice-accuracy", values, unit="0–1", higher_is_better=True)

    return measure


def is_choice(sample: Sample) -> bool:
    """Whether the sample chose among options that have a right one."""
    return bool(sample.record.get("options")) and bool(sample.reference)
