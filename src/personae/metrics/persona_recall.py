"""Persona recall: how much of the persona's content words a reply says."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.persona_words import Against, overlap_scores
from personae.metrics.types import Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    aka=("p-recall",),
    paper="Lian et al. 2019, Learning to Select Knowledge for Response Generation in Dialog "
    "Systems, section 3.2; Bao et al. 2020, PLATO",
)


def persona_recall(*, against: Against = "persona") -> Metric:
    """Mean over replies of the share of the persona's content words that the reply has, 0–1.

    The same words, list and options as `persona-f1`.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return overlap_scores("persona-recall", samples, "recall", against)

    return measure
