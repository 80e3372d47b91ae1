"""How long the replies of a run took: kept apart from the samples, which must be reproducible."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from personae.evaluate.record import TIMINGS

_LINES_LIMIT = 1_000_000
_FIELDS = ("total_s", "first_token_s", "first_shown_s", "processor_s")


@dataclass(frozen=True, slots=True)
class Latency:
    """Mean seconds a reply over `count` replies; the last attempt of a sample counts.

    `first_shown_s`: until the first words were shown that stayed; `processor_s`: of all cores, for
    replies that were made one at a time.
    """

    count: int = 0
    total_s: float = 0.0
    first_token_s: float = 0.0
    first_shown_s: float = 0.0
    processor_s: float = 0.0


def latency_of(folder: Path) -> Latency:
    """The mean timings of a run; lines that are damaged are left out."""
    found = dict(_timings(folder / TIMINGS))
    count = max(1, len(found))
    sums = (sum(values) for values in zip(*found.values(), strict=True))
    return Latency(len(found), *(total / count for total in sums))


def _timings(file: Path) -> Iterator[tuple[str, tuple[float, ...]]]:
    """Sample by sample; a run of an older version has no time of the first words, which is 0."""
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            for _, line in zip(range(_LINES_LIMIT), stream, strict=False):
                try:
                    value = json.loads(line)
                    needed = [float(value[key]) for key in _FIELDS[:2]]
                    later = [float(value.get(key, 0.0)) for key in _FIELDS[2:]]
                    yield str(value["id"]), (*needed, *later)
                except (ValueError, KeyError, TypeError, AttributeError):
                    continue
    except FileNotFoundError:
        return
