"""The log of a DialSim run, which lets it go on, and what it comes to."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from personae.errors import FormatError, InvalidOption
from personae.evaluate.bootstrap import interval, paired_difference
from personae.evaluate.dialsim import STAGES, Outcome
from personae.evaluate.dialsim_plan import Asked
from personae.evaluate.record import write_json
from personae.metrics.types import Scores, mean_scores
from personae.text.parsing import Record, json_lines, json_records

SETTINGS, LOG = "dialsim.json", "log.jsonl"


@dataclass(slots=True)
class Log:
    """A folder with the settings of a run and a line for each question that was answered."""

    folder: Path
    known: dict[str, Outcome]

    @classmethod
    def opened(cls, folder: Path, settings: Mapping[str, Any], asked: Sequence[Asked]) -> Log:
        """The log of a run with these settings; a last line that was cut off is taken away.

        Raises InvalidOption where the folder has another run, FormatError where it is damaged.
        """
        folder.mkdir(parents=True, exist_ok=True)
        _check_settings(folder / SETTINGS, settings)
        by_id = {one.id: one for one in asked}
        file = folder / LOG
        known = {}
        if file.exists():
            _mend(file)
            for place, value in json_lines(file):
                row = Record.of(value, place, "line")
                key = row.text("id")
                if key not in by_id:
                    raise place.fault(f"The run does not ask the question {key!r}.")
                known[key] = _outcome(row, by_id[key])
        return cls(folder, known)

    def add(self, outcome: Outcome) -> None:
        """Write down one outcome."""
        row = {**outcome.to_dict(), "seconds": outcome.seconds}
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _check_settings(file: Path, settings: Mapping[str, Any]) -> None:
    if not file.exists():
        write_json(file, dict(settings))
        return
    (record,) = json_records(file)
    changed = [name for name, value in settings.items() if record.fields.get(name) != value]
    if changed:
        name = changed[0]
        raise InvalidOption(
            f"The run in {file.parent} has {name}={record.fields.get(name)!r}, not "
            f"{settings[name]!r}. Give another folder with --out."
        )


def _mend(file: Path) -> None:
    """Take away what follows the last whole line."""
    content = file.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if len(whole) < len(content):
        file.write_bytes(whole)


def _outcome(row: Record, asked: Asked) -> Outcome:
    seconds, shown = row.items("seconds"), row.fields.get("shown")
    numbers = [*seconds, *([] if shown is None else [shown])]
    if not all(isinstance(one, int | float) for one in numbers):
        raise FormatError("A line of the log has no numbers.", file=row.place.file)
    return Outcome(asked, row.text("answer"), row.text("verdict"), shown, tuple(seconds))


def summary(found: Mapping[str, Sequence[Outcome]], seed: int = 0) -> dict[str, dict[str, Any]]:
    """Of each memory accuracy with interval, difference to the first, timeouts, mean seconds."""
    rows: dict[str, dict[str, Any]] = {}
    first: Scores | None = None
    for name, outcomes in found.items():
        scores = accuracy(outcomes)
        span = interval(scores, seed=seed)
        row = {"accuracy": [scores.total, *([span.low, span.high] if span else [math.nan] * 2)]}
        if first is not None:
            pairs = [(at, at) for at in range(len(outcomes))]
            change = paired_difference(first, scores, pairs, seed=seed)
            if change is not None:
                reach = change.interval
                row["difference"] = [change.difference, reach.low, reach.high, change.p]
        rows[name] = row | _counts(outcomes)
        first = first or scores
    return rows


def accuracy(outcomes: Sequence[Outcome]) -> Scores:
    """The share of questions that were answered right, and in time."""
    values = [float(one.verdict == "right") for one in outcomes]
    return mean_scores("accuracy", values, unit="0–1", higher_is_better=True)


def _counts(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    kinds: dict[str, list[int]] = {}
    for one in outcomes:
        row = kinds.setdefault(one.asked.kind, [0, 0])
        row[0] += one.verdict == "right"
        row[1] += 1
    late = Counter(one.verdict for one in outcomes if one.verdict.startswith("timeout"))
    shares = [one.shown for one in outcomes if one.shown is not None]
    return {
        "shown": sum(shares) / len(shares) if shares else None,
        "kinds": kinds,
        "timeouts": dict(late),
        "ambiguous": sum(one.verdict == "ambiguous" for one in outcomes),
        "seconds": [_mean_stage(outcomes, at) for at in range(len(STAGES))],
    }


def _mean_stage(outcomes: Sequence[Outcome], stage: int) -> float:
    spent = [one.seconds[stage] for one in outcomes if len(one.seconds) > stage]
    return sum(spent) / len(spent) if spent else 0.0
