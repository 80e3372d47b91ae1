"""The share of questions whose right option is among the two likeliest."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.option_probabilities import gold_rank
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S065",), labelled=True)


def top_2() -> Metric:
    """Mean of 1 where the right option's rank is at most 2, 0–1."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_among_two(one) for one in samples]
        return mean_scores("top-2", values, unit="0–1", higher_is_better=True)

    return measure


def _among_two(sample: Sample) -> float | None:
    rank = gold_rank(sample)
    return None if rank is None else float(rank <= 2)
