"""Atomic retest consistency: repeated replies that show a trait in the same way (S115)."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.atomic import atomic_scores
from personae.metrics.types import Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S115",),
    aka=("rc-atom",),
    embedder=True,
    paper="Shin et al. 2025, Spotting Out-of-Character Behavior: Atomic-Level Evaluation of "
    "Persona Fidelity in Open-Ended Generation, arXiv:2506.19352",
    deviations="Sentences are rated by a head on the embedder instead of GPT-4o; refusals are not "
    "looked for by keywords.",
)


def atomic_retest_consistency(*, target: str = "") -> Metric:
    """How alike the ratings of two generations are distributed, −1–1, mean over all pairs (RC).

    Generations are replies of one persona to the same turn, in order, or what
    `scene.labels["generation"]` says; their sentences are pooled over turns. The distance is
    Wasserstein's on the five-point scale. The value of a sample is that of its generation against
    the others. Target as for `atomic-accuracy`. The interval is a jackknife's: drawn twice, replies
    would look more alike than they are.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return atomic_scores("atomic-retest-consistency", samples, kit, "retest", target)

    return measure
