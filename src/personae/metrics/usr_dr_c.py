"""Whether the reply is the true next turn: USR's DR_c, keeping to the context (S056)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores
from personae.metrics.usr import retrieval_scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S056",),
    embedder=True,
    paper="Mehri & Eskenazi 2020, USR, section 4.2",
    deviations="A logistic regression over our encoders (`encoders/dialogue_retrieval.py`) in the "
    "place of a fine-tuned RoBERTa.",
)


def usr_dr_c() -> Metric:
    """Mean chance that the reply follows the dialogue rather than being drawn or made up, 0–1.

    It reads the last turns and the persona's statements; an empty reply has 0. Words in a heap may
    have a high one: a part of `usr`, not a judge.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        from personae.encoders.dialogue_retrieval import Retrieval

        return retrieval_scores("usr-dr-c", samples, Retrieval.of_context)

    return measure
