"""The mean distance of a number that was foretold from the right one."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from personae.data import Sample
from personae.draft import Kit
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo

ENTRY = EntryInfo(labelled=True)

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def mae() -> Metric:
    """Mean of |said − right|; the number said is the last one of the reply, as S024's script reads.

    Replies without a number have no value, as there; `detail["unread"]` counts them.
    """

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        errors = errors_of(samples)
        return mean_scores(
            "mae", [None if one is None else abs(one) for one in errors], unit="points",
            higher_is_better=False, detail={"unread": unread(samples)},
        )  # fmt: skip

    return measure


def errors_of(samples: Sequence[Sample]) -> list[float | None]:
    """What each reply says too much; None where either number cannot be read."""
    found: list[float | None] = []
    for one in samples:
        said, right = number_in(one.reply), number_in(one.reference)
        is_read = replied(one) and said is not None and right is not None
        found.append((said or 0.0) - (right or 0.0) if is_read else None)
    return found


def number_in(text: str) -> float | None:
    """The last number of a text, None where there is none that is finite."""
    numbers = _NUMBER.findall(text)
    value = float(numbers[-1]) if numbers else math.nan
    return value if math.isfinite(value) else None


def unread(samples: Sequence[Sample]) -> int:
    """How many replies name no number."""
    return sum(replied(one) and number_in(one.reply) is None for one in samples)
