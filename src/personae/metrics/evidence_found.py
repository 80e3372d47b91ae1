"""The share of a question's evidence that a memory found among its first n turns."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Count, Kit
from personae.metrics.types import Metric, Scores, labels_of, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S040",),
    aka=("evidence-found-1", "evidence-found-5", "evidence-found-10", "evidence-found-20"),
    labelled=True,
)


def evidence_found(*, n: Count = 5) -> Metric:
    """Mean over the questions that name evidence of the share among the first `n` found, 0–1.

    Memories that look for nothing (none, all, the gold turns) have no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_share(one, n) for one in samples]
        return mean_scores(f"evidence-found-{n}", values, unit="0–1", higher_is_better=True)

    return measure


def _share(sample: Sample, n: int) -> float | None:
    labels = labels_of(sample)
    gold, found = set(labels.get("evidence", ())), labels.get("found")
    return len(gold & set(found[:n])) / len(gold) if gold and found is not None else None
