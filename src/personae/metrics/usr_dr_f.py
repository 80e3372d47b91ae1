"""Whether the reply is of somebody told these facts: USR's DR_f, using knowledge (S056)."""

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


def usr_dr_f() -> Metric:
    """Mean chance that the reply is of the speaker whom the persona describes, 0–1.

    It reads the statements alone, not the dialogue; replies of personas without any have no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        from personae.encoders.dialogue_retrieval import Retrieval

        return retrieval_scores("usr-dr-f", samples, Retrieval.of_fact)

    return measure
