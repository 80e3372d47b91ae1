"""How long the replies of a run took: kept apart from the samples, which must be reproducible."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from personae.evaluate.record import TIMINGS
from personae.lm.types import Timings

_LINES_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Latency:
    """Mean seconds a reply over `count` replies; the last attempt of a sample counts."""

    count: int
    total_s: float
    first_token_s: float


def latency_of(folder: Path) -> Latency:
    """The mean timings of a run; lines that are damaged are left out."""
    found: dict[str, Timings] = {}
    try:
        with (folder / TIMINGS).open(encoding="utf-8", errors="replace") as file:
            for _, line in zip(range(_LINES_LIMIT), file, strict=False):
                try:
                    value = json.loads(line)
                    found[str(value["id"])] = Timings(
                        float(value["total_s"]), float(value["first_token_s"])
                    )
                except (ValueError, KeyError, TypeError):
                    continue
    except FileNotFoundError:
        return Latency(0, 0.0, 0.0)
    count = max(1, len(found))
    return Latency(
        len(found),
        sum(timings.total_s for timings in found.values()) / count,
        sum(timings.first_token_s for timings in found.values()) / count,
    )
