"""How often replies ask something (S067)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo
from personae.text.attributes import has_question

ENTRY = EntryInfo(
    systems=("S067",),
    aka=("question-share",),
    paper="See et al. 2019, What makes a good conversation? How controllable attributes affect "
    "human judgments, section 5.3",
)


def questions() -> Metric:
    """The share of replies with a question mark, 0–1: neither more nor less of it is better."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return mean_scores(
            "questions",
            [float(has_question(one.reply)) if replied(one) else None for one in samples],
            unit="0–1",
            higher_is_better=None,
        )

    return measure
