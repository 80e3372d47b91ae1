"""F1 of the positive class, of questions with two options."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.mcc import confused
from personae.metrics.types import Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(labelled=True)


def positive_f1(*, positive: str = "positive") -> Metric:
    """2·TP/(2·TP + FP + FN), 0–1; 0 where nothing is positive, as `sklearn.metrics.f1_score`."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return confused("positive-f1", samples, positive, f1_of, "0–1")

    return measure


def f1_of(
    true_positive: int, false_positive: int, false_negative: int, true_negative: int
) -> float:
    """F1 of four counts."""
    every = 2 * true_positive + false_positive + false_negative
    return 2 * true_positive / every if every else 0.0
