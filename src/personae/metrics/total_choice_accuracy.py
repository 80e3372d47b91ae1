"""The share of questions whose right option is the likeliest as a whole, not by the token."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(labelled=True)


def total_choice_accuracy() -> Metric:
    """Mean of 1 where the reference has the greatest total log-likelihood of the options, 0–1.

    Of a run that chose by likelihood a token: what the joint likelihood would have chosen. Runs
    without likelihoods have no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_right(one) if replied(one) else None for one in samples]
        return mean_scores("total-choice-accuracy", values, unit="0–1", higher_is_better=True)

    return measure


def _right(sample: Sample) -> float | None:
    options = sample.record.get("options", [])
    found = sample.record.get("log_likelihoods")
    if not found or len(found) != len(options) or sample.reference not in options:
        return None
    return float(options[found.index(max(found))] == sample.reference)
