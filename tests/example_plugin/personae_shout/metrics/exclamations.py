"""Exclamation marks per reply."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo()


def exclamations() -> Metric:
    """Mean number of exclamation marks in a reply."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [float(sample.reply.count("!")) for sample in samples]
        return mean_scores("exclamations", values, unit="marks", higher_is_better=None)

    return measure
