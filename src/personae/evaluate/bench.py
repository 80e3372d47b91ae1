"""Run a benchmark: its questions, answered in its way, measured by its metrics, beside baselines.

Each way of answering (a method on a model, a baseline) is a run of its own folder, so that it is
resumed, kept and compared as every run is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from personae.benchmarks.types import Benchmark, Question
from personae.data import JsonObject
from personae.draft import Kit
from personae.errors import FormatError, InvalidOption
from personae.evaluate.asking import AskedQuestion, Guessing, answerer_for
from personae.evaluate.record import part_of
from personae.evaluate.run import answer_all
from personae.evaluate.score import (
    Report,
    Run,
    asked_once,
    build_metrics,
    measured,
    read_scored_run,
)
from personae.evaluate.types import BASELINE, OnProgress, RunSettings, RunState
from personae.registry import build, check_options, find
from personae.speaker import Speaker

NOBODY = "no-persona"  # the folder of a run whose speaker was told of no persona


@dataclass(frozen=True, slots=True)
class Asking:
    """A benchmark that was built: its name, its options, and the questions that are asked."""

    name: str
    options: Mapping[str, Any]
    benchmark: Benchmark
    questions: tuple[Question, ...]

    def settings(self, *, seed: int, limit: int | None) -> RunSettings:
        """What its runs have in common; method and model are not told yet."""
        one = self.benchmark
        return RunSettings(
            data_path=f"benchmark:{self.name}",
            data_sha256=questions_digest(self.questions),
            data_format="benchmark",
            method="",
            model="none",
            fingerprint="none",
            seed=seed,
            limit=limit,
            benchmark={
                "name": self.name,
                "version": one.version,
                "ask": one.ask,
                "options": json.loads(json.dumps(dict(self.options), default=str)),
                "metrics": list(one.metrics),
                "metric_options": dict(one.metric_options),
                "source": one.source,
            },
        )


def open_benchmark(name: str, options: Mapping[str, Any], limit: int | None) -> Asking:
    """Build a benchmark; with a limit, so many of its questions, drawn by their ids.

    Those of a smaller limit are among those of a larger one, in the benchmark's order; a stride
    would meet one group alone where groups take turns.

    Raises UnknownEntry, InvalidOption, FormatError where it has no question, or an id twice.
    """
    entry = find("benchmark", name)
    checked = check_options(entry, options)
    benchmark: Benchmark = build("benchmark", entry.name, checked)
    questions = benchmark.questions
    if not questions:
        raise FormatError(f"The benchmark {entry.name!r} has no question with these options.")
    if len({one.id for one in questions}) < len(questions):
        raise FormatError(f"The benchmark {entry.name!r} has two questions of one id.")
    drawn = sorted(questions, key=lambda one: hashlib.sha256(one.id.encode()).digest())
    kept = {one.id for one in drawn[:limit]}
    return Asking(entry.name, checked, benchmark, tuple(one for one in questions if one.id in kept))


def questions_digest(questions: Sequence[Question]) -> str:
    """SHA-256 of all that is asked and known of the answers."""
    inner = hashlib.sha256()
    for one in questions:
        rest = [one.id, one.reference, one.options, one.schema, one.group, one.labels]
        line = one.scene.to_json() + json.dumps(rest, ensure_ascii=False, default=str)
        inner.update(line.encode("utf-8", "replace") + b"\n")
    return inner.hexdigest()


def ask_speaker(
    asking: Asking,
    speaker: Speaker,
    out: Path,
    settings: RunSettings,
    *,
    is_nobody: bool = False,
    workers: int = 8,
    restart: bool = False,
    on_progress: OnProgress | None = None,
) -> RunState:
    """Have a method on a model answer; with `is_nobody`, as a speaker without a persona.

    Raises as `reply_run`.
    """
    benchmark = asking.benchmark
    told = replace(
        settings,
        method=speaker.method,
        options=speaker.options,
        model=speaker.lm.name,
        fingerprint=speaker.lm.fingerprint,
        benchmark={**settings.benchmark, **({"persona": "none"} if is_nobody else {})},
    )
    asked = [AskedQuestion(one, is_nobody) for one in asking.questions]
    return answer_all(
        asked,
        answerer_for(benchmark, speaker),
        out,
        told,
        workers=workers,
        restart=restart,
        on_progress=on_progress,
    )


def ask_baseline(
    asking: Asking, name: str, out: Path, settings: RunSettings, *, restart: bool = False
) -> RunState:
    """Have a baseline answer: no model is asked. Raises as `reply_run`."""
    told = replace(settings, method=BASELINE + name)
    asked = [AskedQuestion(one) for one in asking.questions]
    answerer = Guessing(name, asking.benchmark.baselines[name])
    return answer_all(asked, answerer, out, told, workers=1, restart=restart)


@dataclass(frozen=True, slots=True)
class BenchReport:
    """The figures of all questions, and those of each group where there are several."""

    whole: Report
    groups: Mapping[str, Report]


def bench_report(
    folders: Sequence[Path], metrics: Sequence[str], options: Mapping[str, Any], kit: Kit
) -> BenchReport:
    """Measure runs; the first is what the others are compared with.

    Raises InvalidOption where they are not runs of one benchmark in one version, FormatError.
    """
    runs = tuple(read_scored_run(folder) for folder in folders)
    refuse_mixture(runs)
    built, kit = build_metrics(metrics, options), asked_once(kit)
    names = dict.fromkeys(str(one.record.get("group", "")) for run in runs for one in run.samples)
    named = [name for name in names if name]
    groups = {
        name: measured([_part(run, name) for run in runs], built, kit)
        for name in sorted(named)
        if len(names) > 1
    }
    return BenchReport(measured(runs, built, kit), groups)


def refuse_mixture(runs: Sequence[Run]) -> None:
    """Raise InvalidOption where runs are of different benchmarks, or versions of one."""
    said = {run.folder: _asked_by(run.record) for run in runs}
    different = dict.fromkeys(said.values())
    if len(different) > 1:
        told = "; ".join(f"{folder}: {name}" for folder, name in said.items())
        raise InvalidOption(f"These runs do not answer the same questions. {told}.")
    # With one limit the questions are the same, or somebody changed them and not the version.
    first: dict[Any, str] = {}
    for run in runs:
        limit, digest = run.record.get("limit"), _digest(run.record)
        if first.setdefault(limit, digest) != digest:
            raise InvalidOption(
                f"{runs[0].folder} and {run.folder} were asked different questions under one name "
                f"and version ({said[run.folder]})."
            )


def _asked_by(record: JsonObject) -> str:
    """What a run asks, in words: the benchmark with version and options, or the data's digest."""
    benchmark = record.get("benchmark")
    if isinstance(benchmark, dict):
        options = json.dumps(benchmark.get("options") or {}, sort_keys=True)
        return f"{benchmark.get('name')} {benchmark.get('version')} {options}"
    return f"data {_digest(record)[:12]}"


def _digest(record: JsonObject) -> str:
    return str(part_of(record, "data").get("sha256"))


def _part(run: Run, group: str) -> Run:
    held = tuple(one for one in run.samples if one.record.get("group") == group)
    return Run(run.folder, {**run.record, "samples": len(held)}, held)
