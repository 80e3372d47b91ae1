"""How often one of k draws among the options, by the model's own chances, is the right one."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Count, Kit
from personae.metrics.choice_accuracy import is_choice
from personae.metrics.option_probabilities import gold_position, probabilities
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(aka=("pass@k",), systems=("S034",), labelled=True)


def pass_at_k(*, k: Count = 5) -> Metric:
    """Mean of 1 - (1 - p)^k, 0–1, where p is the chance that the model gives the right option.

    The expected share of questions that k independent draws get right at least once: no draw is
    made, so that it is exact. Where no scores are known (a baseline), p is 1 or 0.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_value(one, k) for one in samples]
        return mean_scores("pass-at-k", values, unit="0–1", higher_is_better=True, detail={"k": k})

    return measure


def _value(sample: Sample, k: int) -> float | None:
    if not (replied(sample) and is_choice(sample)):
        return None
    if sample.reference not in sample.record["options"]:
        return None
    chances = probabilities(sample)
    if chances is None:
        return float(sample.reply == sample.reference)
    return float(1 - (1 - chances[gold_position(sample)]) ** k)
