"""Matthews correlation of what was chosen and what is right, of questions with two options."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.choice_accuracy import is_choice
from personae.metrics.types import Indices, Metric, Scores, pooled_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    labelled=True, paper="Matthews 1975, Comparison of the predicted and observed structure"
)

Figure: TypeAlias = Callable[[int, int, int, int], float]


def mcc(*, positive: str = "positive") -> Metric:
    """(TP·TN − FP·FN)/√((TP+FP)(TP+FN)(TN+FP)(TN+FN)), −1 to 1; 0 where one of the sums is 0.

    Identical to `sklearn.metrics.matthews_corrcoef`. A sample's value is whether it is right.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return confused("mcc", samples, positive, mcc_of, "−1–1")

    return measure


def mcc_of(
    true_positive: int, false_positive: int, false_negative: int, true_negative: int
) -> float:
    """The correlation of four counts."""
    product = (
        (true_positive + false_positive) * (true_positive + false_negative)
        * (true_negative + false_positive) * (true_negative + false_negative)
    )  # fmt: skip
    if not product:
        return 0.0
    return (true_positive * true_negative - false_positive * false_negative) / math.sqrt(product)


def confused(
    name: str, samples: Sequence[Sample], positive: str, total_of: Figure, unit: str
) -> Scores:
    """Scores of a figure of the four counts of two classes."""
    import numpy

    values: list[float | None] = [None] * len(samples)
    cells = numpy.zeros((len(samples), 4), dtype=int)
    for at, one in enumerate(samples):
        if replied(one) and is_choice(one):
            is_said, is_so = one.reply == positive, one.reference == positive
            values[at] = float(one.reply == one.reference)
            cells[at, (0 if is_so else 1) if is_said else (2 if is_so else 3)] = 1

    def pooled(indices: Indices) -> float:
        return float(total_of(*cells[numpy.asarray(indices, dtype=int)].sum(axis=0).tolist()))

    return pooled_scores(name, values, pooled, unit=unit, higher_is_better=True)
