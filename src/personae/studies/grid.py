"""A grid of runs: each condition (a persona, a paraphrase, nobody) answers the same questions.

Each cell is a run of the benchmark harness in its own folder, OUT/task/condition, so that a grid
goes on where it was interrupted, and may grow by conditions.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import fmean
from typing import Any

from personae.data import Sample
from personae.draft import Kit
from personae.errors import InvalidOption, PersonaeError
from personae.evaluate.bench import Asking, ask_speaker, open_benchmark
from personae.evaluate.record import read_samples
from personae.evaluate.score import NoModel, build_metrics
from personae.evaluate.types import OnProgress, RunState
from personae.lm.types import LanguageModel
from personae.metrics.extracted_accuracy import is_lettered, letter_read
from personae.speaker import Speaker
from personae.text.answer_letters import Cascade, Reader, reader_of

EMPTY = "empty"
_SLUG_CHARS = 48


@dataclass(frozen=True, slots=True)
class Condition:
    """Who answers: a name for tables, the line that tells it ("" is nobody), and its group."""

    name: str
    line: str
    group: str

    @property
    def folder(self) -> str:
        """A folder's name that no other condition has."""
        slug = re.sub(r"[^a-z0-9]+", "-", f"{self.group} {self.name}".lower()).strip("-")
        digest = hashlib.sha256(f"{self.group}\0{self.name}\0{self.line}".encode()).hexdigest()[:6]
        return f"{slug[:_SLUG_CHARS]}-{digest}"


NOBODY = Condition(EMPTY, "", EMPTY)


@dataclass(frozen=True, slots=True)
class Task:
    """A benchmark with options; it must take `persona`, and `size` where there is a limit.

    The limit is the benchmark's own: the harness draws by ids, and then a subject may have none.
    """

    name: str
    benchmark: str
    options: Mapping[str, Any] = field(default_factory=dict)
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A table of one task: a row a condition, a column an item; None where an answer failed.

    `values` are those of the benchmark's first metric (a hit, a rating). `answers` has the samples
    of each row.
    """

    task: str
    conditions: tuple[Condition, ...]
    items: tuple[str, ...]
    groups: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]
    answers: tuple[tuple[Sample, ...], ...] = ()

    def row(self, condition: Condition) -> tuple[float | None, ...]:
        """The values of a condition. Raises InvalidOption where it was not asked."""
        try:
            return self.values[self.conditions.index(condition)]
        except ValueError as error:
            raise InvalidOption(f"{condition.name!r} did not answer {self.task!r}.") from error

    def score(self, condition: Condition) -> float:
        """The mean of the groups' means (MMLU's macro mean); nan where nothing was answered."""
        return macro_mean(self.row(condition), self.groups)

    def hits(self, condition: Condition) -> list[bool]:
        """1 and 0 a item; what failed was not right."""
        return [bool(value) for value in self.row(condition)]

    @property
    def empty(self) -> int:
        """How many replies say nothing."""
        return sum(not one.error and not one.reply.strip() for one in self._samples())

    @property
    def failed(self) -> int:
        """How many answers failed."""
        return sum(bool(one.error) for one in self._samples())

    def _samples(self) -> Iterator[Sample]:
        return (one for row in self.answers for one in row)

    def within(self, group: str) -> Asked:
        """The table of one group of items."""
        kept = [at for at, name in enumerate(self.groups) if name == group]

        def chosen(row: Sequence[Any]) -> tuple[Any, ...]:
            return tuple(row[at] for at in kept)

        return replace(
            self, task=f"{self.task}: {group}", items=chosen(self.items),
            groups=chosen(self.groups), values=tuple(map(chosen, self.values)),
            answers=tuple(map(chosen, self.answers)),
        )  # fmt: skip


def macro_mean(values: Sequence[float | None], groups: Sequence[str]) -> float:
    """The mean over groups of the means of what has a value."""
    held: dict[str, list[float]] = {}
    for value, group in zip(values, groups, strict=True):
        if value is not None:
            held.setdefault(group, []).append(value)
    return fmean(map(fmean, held.values())) if held else math.nan


def ask_grid(
    lm: LanguageModel,
    conditions: Sequence[Condition],
    tasks: Sequence[Task],
    out: Path,
    *,
    method: str = "principled",
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    workers: int = 1,
    on_progress: OnProgress | None = None,
) -> dict[str, Asked]:
    """Have every condition answer every task; tables by the tasks' names.

    Raises InvalidOption for two conditions of one name in a group, PersonaeError (`Interrupted`)
    when it is stopped, and as the harness does.
    """
    if len({one.folder for one in conditions}) < len(conditions):
        raise InvalidOption("Two conditions are the same.")
    speaker = Speaker(lm, method, options=options, seed=seed, replayable=True)
    states: dict[tuple[str, str], RunState] = {}
    opened = {task.name: _opened(task) for task in tasks}
    total = sum(len(one.questions) for one in opened.values()) * len(conditions)
    found = {}
    for task in tasks:
        rows = []
        for condition in conditions:
            key = (task.name, condition.folder)

            def show(state: RunState, key: tuple[str, str] = key) -> None:
                states[key] = state
                if on_progress is not None:
                    on_progress(_summed(states.values(), total))

            folder = out / task.name / condition.folder
            rows.append(
                _ask_cell(speaker, task, condition, folder, seed, workers=workers, show=show)
            )
        found[task.name] = _tabled(task.name, opened[task.name], conditions, rows)
    return found


class Interrupted(PersonaeError):
    """The grid was stopped; the same command goes on from there."""

    exit_code = 130


def _ask_cell(
    speaker: Speaker,
    task: Task,
    condition: Condition,
    folder: Path,
    seed: int,
    *,
    workers: int,
    show: OnProgress,
) -> tuple[Sample, ...]:
    asking = _opened(task, persona=condition.line)
    settings = asking.settings(seed=seed, limit=None)
    state = ask_speaker(asking, speaker, folder, settings, workers=workers, on_progress=show)
    if state.interrupted:
        raise Interrupted(
            f"Interrupted: {state.done} of {state.total} answers are in {folder}. "
            "The same command goes on from there."
        )
    samples = read_samples(folder)
    if state.failed == state.total:
        raise PersonaeError(
            f"All {state.total} answers of {condition.name!r} failed. "
            f"{samples[0].id}: {samples[0].error}"
        )
    return samples


def _tabled(
    task: str, asking: Asking, conditions: Sequence[Condition], rows: Sequence[Sequence[Sample]]
) -> Asked:
    """The table of one task from the samples of each condition."""
    name = asking.benchmark.metrics[0]
    metric = build_metrics([name], asking.benchmark.metric_options)[name]
    # No metric of these benchmarks asks a model.
    kit = Kit(lm=NoModel())
    return Asked(
        task=task,
        conditions=tuple(conditions),
        items=tuple(one.id for one in asking.questions),
        groups=tuple(one.group for one in asking.questions),
        values=tuple(metric(row, kit).values for row in rows),
        answers=tuple(tuple(row) for row in rows),
    )


def share_read(samples: Sequence[Sample], cascade: Cascade = "bias") -> float | None:
    """The share of written answers whose letter is found; None where options were ranked."""
    reader = reader_of(cascade)
    read = [one for one in (was_read(sample, reader) for sample in samples) if one is not None]
    return fmean(read) if read else None


def was_read(sample: Sample, reader: Reader) -> bool | None:
    """Whether a written answer's letter is found; None where nothing was written, or it failed."""
    if not is_lettered(sample) or "log_likelihoods" in sample.record:
        return None
    if "unread" in sample.record:  # the harness asked for a letter, since it could not rank
        return not sample.record["unread"]
    return letter_read(sample, reader) is not None


def _opened(task: Task, **more: str) -> Asking:
    size = {} if task.limit is None else {"size": task.limit}
    return open_benchmark(task.benchmark, {**task.options, **size, **more}, None)


def _summed(states: Iterable[RunState], total: int) -> RunState:
    held = list(states)
    return RunState(
        total=total,
        done=sum(one.done for one in held),
        failed=sum(one.failed for one in held),
        resumed=sum(one.resumed for one in held),
    )
