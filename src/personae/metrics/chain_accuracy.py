"""The share of right behaviours in a chain, averaged over chains."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.chains import accuracy_of, chain_scores
from personae.metrics.types import Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S007",), embedder=True, nli=True, labelled=True)


def chain_accuracy() -> Metric:
    """Mean over whole chains of the share of nodes that are right, 0–1 (accuracy of S007).

    A chain that was asked in part has no value, and a failed reply is wrong.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return chain_scores("chain-accuracy", samples, kit, accuracy_of)

    return measure
