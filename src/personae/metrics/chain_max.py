"""The longest run of right behaviours, as a share of the chain."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.chains import chain_scores, longest_of
from personae.metrics.types import Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S007",), embedder=True, nli=True, labelled=True)


def chain_max() -> Metric:
    """Mean over whole chains of the longest run over the chain's length, 0–1 (of S007).

    A chain that was asked in part has no value, and a failed reply is wrong.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return chain_scores("chain-max", samples, kit, longest_of)

    return measure
