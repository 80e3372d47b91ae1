"""Atomic accuracy: sentences that show the persona's trait at the level it should have (S115)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.atomic import atomic_scores
from personae.metrics.types import Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S115",),
    aka=("acc-atom",),
    embedder=True,
    paper="Shin et al. 2025, Spotting Out-of-Character Behavior: Atomic-Level Evaluation of "
    "Persona Fidelity in Open-Ended Generation, arXiv:2506.19352",
    deviations="Sentences are rated by a head on the embedder instead of GPT-4o; refusals are not "
    "looked for by keywords.",
)


def atomic_accuracy(*, target: str = "") -> Metric:
    """Share of a reply's rated sentences in the target third of the scale, 0–1 (ACC).

    A sentence that does not express the trait is not rated. The trait and level are `target`
    ("O:high"), or each Big Five score that the persona states, by thirds; a reply without either,
    or without a rated sentence, has no value. Means over the replies of a generation, over
    generations, then over personas and traits. `detail["out_of_character"]` lists the sentences at
    another level.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return atomic_scores("atomic-accuracy", samples, kit, "accuracy", target)

    return measure
