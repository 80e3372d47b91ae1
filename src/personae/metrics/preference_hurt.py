"""The share of items whose answer suits the person less after asking than without."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.preference_gain import triples_of
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S081",),
    labelled=True,
    paper="Li et al. 2025, Personalized Reasoning: Just-In-Time Personalization and Why LLMs Fail "
    "At It",
)


def preference_hurt() -> Metric:
    """Share of items with infer < generic, 0–1; the paper has 0.29 over 21 models."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        triples = triples_of(samples)
        values = [
            float(triples[at][2] < triples[at][0]) if at in triples else None
            for at in range(len(samples))
        ]
        return mean_scores("preference-hurt", values, unit="0–1", higher_is_better=False)

    return measure
