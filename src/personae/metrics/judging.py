"""What the metrics of trained judges share: which replies they read, and figures by group."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from statistics import fmean
from typing import Any

from personae.data import Sample
from personae.encoders.labels import Labeller
from personae.metrics.types import replied

LISTED = 20


def spoken(samples: Sequence[Sample]) -> list[int]:
    """Positions of the replies that say something: silence is no virtue, and has no value."""
    return [at for at, one in enumerate(samples) if replied(one) and one.reply.strip()]


def placed(
    samples: Sequence[Sample], at: Sequence[int], values: Sequence[float | None]
) -> list[Any]:
    """The values at their samples' positions, None elsewhere."""
    found: list[float | None] = [None] * len(samples)
    for place, value in zip(at, values, strict=True):
        found[place] = value
    return found


def told(judge: Labeller, samples: Sequence[Sample], at: Sequence[int]) -> dict[str, Any]:
    """Which judge it was, and how many replies said nothing."""
    empty = sum(replied(one) for one in samples) - len(at)
    return {"judge": judge.name, "judge_fingerprint": judge.fingerprint, "empty": empty}


def by_group(
    samples: Sequence[Sample], at: Sequence[int], values: Sequence[float]
) -> dict[str, dict[str, float]]:
    """Mean and number of values for each group that a benchmark's questions are of."""
    groups: dict[str, list[float]] = {}
    for place, value in zip(at, values, strict=True):
        group = samples[place].record.get("group")
        if group:
            groups.setdefault(str(group), []).append(value)
    return {
        name: {"mean": round(fmean(own), 4), "replies": len(own)}
        for name, own in sorted(groups.items())
    }


def gap(groups: dict[str, dict[str, float]]) -> float | None:
    """The largest difference between the means of two groups; None without two."""
    means = [own["mean"] for own in groups.values()]
    return round(max(means) - min(means), 4) if len(means) > 1 else None


def shares(labels: Sequence[str], names: Sequence[str]) -> dict[str, float]:
    """The share of each name among the labels."""
    counts = Counter(labels)
    return {name: round(counts[name] / max(1, len(labels)), 4) for name in names}


def bits(labels: Sequence[Hashable]) -> float:
    """Shannon entropy of the labels; 0 of none."""
    counts, total = Counter(labels).values(), len(labels)
    return -sum(one / total * math.log2(one / total) for one in counts) + 0.0
