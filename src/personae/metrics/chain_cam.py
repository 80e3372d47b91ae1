"""How long a chain stays right: its run lengths, as a share of those of a perfect one."""

from __future__ import annotations

from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.chains import chain_scores, consecutive_of
from personae.metrics.types import Metric, Scores
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S007",), embedder=True, nli=True, labelled=True)


def chain_cam() -> Metric:
    """Mean over whole chains of the sum of run lengths over n(n+1)/2, 0–1 (CAM of S007).

    A chain that was asked in part has no value, and a failed reply is wrong.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        return chain_scores("chain-cam", samples, kit, consecutive_of)

    return measure
