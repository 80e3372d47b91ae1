"""The rank of the right option among those offered."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.option_probabilities import gold_rank
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S065",), labelled=True)


def mean_rank() -> Metric:
    """Mean rank of the right option by the model's chance of it, from 1; ties count half."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [gold_rank(one) for one in samples]
        return mean_scores("mean-rank", values, unit="rank", higher_is_better=False)

    return measure
