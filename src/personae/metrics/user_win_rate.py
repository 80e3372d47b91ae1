"""How often a simulated user likes the reply better than the answer that anybody gets (S077)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores
from personae.metrics.user_reward import rewards_of
from personae.registry import EntryInfo

ENTRY = EntryInfo(systems=("S077",), labelled=True, embedder=True)


def user_win_rate(*, over: Literal["plain", "best"] = "plain") -> Metric:
    """Mean of 1 where the reply's reward is above that of the `plain` way's answer, 0–1.

    A tie counts half. `over="best"` compares with the best of the candidates.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [
            None if mine is None else _won(mine, _other(one, over))
            for one, mine in zip(samples, rewards_of(samples, kit), strict=True)
        ]
        return mean_scores("user-win-rate", values, unit="0–1", higher_is_better=True)

    return measure


def _other(sample: Sample, over: str) -> float:
    labels = sample.record["labels"]
    return float(labels["plain_reward"] if over == "plain" else max(labels["rewards"]))


def _won(mine: float, other: float) -> float:
    return 0.5 if abs(mine - other) < 1e-9 else float(mine > other)
