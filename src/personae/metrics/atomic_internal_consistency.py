"""Atomic internal consistency: sentences of one reply that agree on a trait (S115)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.atomic import atomic_scores
from personae.metrics.types import Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S115",),
    aka=("ic-atom",),
    embedder=True,
    paper="Shin et al. 2025, Spotting Out-of-Character Behavior: Atomic-Level Evaluation of "
    "Persona Fidelity in Open-Ended Generation, arXiv:2506.19352",
    deviations="Sentences are rated by a head on the embedder instead of GPT-4o; refusals are not "
    "looked for by keywords.",
)


def atomic_internal_consistency(*, target: str = "") -> Metric:
    """1 less the standard deviation of a reply's ratings by its largest value (2), 0–1 (IC).

    A reply needs two rated sentences. Target and means as for `atomic-accuracy`; of the target
    only the trait matters.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return atomic_scores("atomic-internal-consistency", samples, kit, "internal", target)

    return measure
