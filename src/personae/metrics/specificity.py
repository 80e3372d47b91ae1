"""How rare the words of replies are: mean NIDF (S067)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo
from personae.text.specificity import shipped_specificity

ENTRY = EntryInfo(
    systems=("S067",),
    aka=("nidf",),
    paper="See et al. 2019, What makes a good conversation? How controllable attributes affect "
    "human judgments, section 5.3",
    deviations="Words are counted in Synthetic-Persona-Chat.",
)


def specificity() -> Metric:
    """Mean NIDF of a reply's known words, 0 (the commonest) to 1; 1 where it has none."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        table = shipped_specificity()
        return mean_scores(
            "specificity",
            [table.of_text(one.reply) if replied(one) else None for one in samples],
            unit="0–1",
            higher_is_better=None,
        )

    return measure
