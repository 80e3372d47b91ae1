"""Persona F1: the content words that a reply shares with its persona."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.persona_words import Against, overlap_scores
from personae.metrics.types import Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    aka=("p-f1",),
    paper="Lian et al. 2019, Learning to Select Knowledge for Response Generation in Dialog "
    "Systems, section 3.2; Bao et al. 2020, PLATO",
)


def persona_f1(*, against: Against = "persona") -> Metric:
    """Mean over replies of 2PR/(P+R) on sets of content words, 0–1.

    As PLATO's `knowledge_f1.py` computes it for PersonaChat: the words of all statements (64 at
    most) are one set, stopwords of its list do not count, no shared word is 0. With
    `against="statement"` it is the one statement with the best F1 (Lian et al. compare with the
    one statement that was selected). PLATO reads text that is already in tokens; ours are the
    words of `normalised_words`, and remains of contractions ("don", "ve") are stopwords too.
    Replies of personas without statements have no value.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return overlap_scores("persona-f1", samples, "f1", against)

    return measure
