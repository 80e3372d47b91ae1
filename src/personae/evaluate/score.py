"""Apply metrics to runs: figures with intervals, and differences to the first run."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.data import JsonObject, Sample
from personae.draft import Kit
from personae.encoders.kept import kept_nli
from personae.errors import BackendError, CapabilityError, InvalidOption
from personae.evaluate.bootstrap import (
    CONFIDENCE,
    RESAMPLES,
    Difference,
    Interval,
    interval,
    paired_difference,
)
from personae.evaluate.record import (
    SCORES,
    read_run,
    read_samples,
    without_url_secrets,
    write_json,
)
from personae.lm.types import (
    Capability,
    Generation,
    LanguageModel,
    Likelihood,
    OnText,
    Request,
)
from personae.metrics.types import Metric, Scores
from personae.registry import Entry, build, entries, find, options_of

if TYPE_CHECKING:
    from personae.encoders.types import Embedder, Nli

_NUMBERED = re.compile(r"(.+)-([0-9]{1,2})")


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was read: its folder, what `run.json` says, its samples."""

    folder: Path
    record: JsonObject
    samples: tuple[Sample, ...]

    @property
    def failed(self) -> tuple[Sample, ...]:
        return tuple(sample for sample in self.samples if sample.error)


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric of one run; `difference` is to the first run, where there are several."""

    scores: Scores
    interval: Interval | None
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """All figures: `figures[metric]` has one for each of `runs`."""

    runs: tuple[Run, ...]
    figures: Mapping[str, tuple[Figure, ...]] = field(default_factory=dict)
    seed: int = 0


def score_runs(
    folders: Sequence[Path],
    metrics: Sequence[str] = (),
    *,
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    lm: LanguageModel | None = None,
    embedder: Embedder | None = None,
    nli: Nli | None = None,
    judges: Mapping[str, Nli] | None = None,
) -> Report:
    """Score runs with the named metrics, or with all that need no model.

    `options` are named `metric.option`. Raises UnknownEntry, InvalidOption, FormatError.
    """
    built = build_metrics(metrics or default_metrics(), options or {})
    runs = tuple(read_scored_run(folder) for folder in folders)
    kit = Kit(lm=lm or NoModel(), embedder=embedder, nli=nli, judges=judges or {}, seed=seed)
    return measured(runs, built, kit)


def measured(runs: Sequence[Run], metrics: Mapping[str, Metric], kit: Kit) -> Report:
    """The figures of runs by metrics that are built, under the names given."""
    kit = asked_once(kit)
    figures: dict[str, tuple[Figure, ...]] = {}
    for name, metric in metrics.items():
        scores = [_measured(name, metric, run, kit) for run in runs]
        first = Figure(scores[0], interval(scores[0], seed=kit.seed))
        others = (
            Figure(
                scores[at],
                interval(scores[at], seed=kit.seed),
                paired_difference(
                    scores[0], scores[at], common_samples(runs[0], run), seed=kit.seed
                ),
            )
            for at, run in enumerate(runs)
            if at > 0
        )
        figures[name] = (first, *others)
    return Report(tuple(runs), figures, kit.seed)


def _measured(name: str, metric: Metric, run: Run, kit: Kit) -> Scores:
    """What a metric says of a run; where its judge fails, no value, and why in `detail`.

    The other metrics and runs were perhaps hours of work: they are not thrown away with it.
    """
    try:
        return metric(run.samples, kit)
    except BackendError as error:
        if error.failure == "cancelled":
            raise
        told = without_url_secrets(str(error))
        nothing = (None,) * len(run.samples)
        return Scores(name, nothing, math.nan, unit="failed", detail={"error": told})


def failed_metrics(report: Report) -> dict[str, str]:
    """By metric: why it could not be measured, for those whose judge failed."""
    return {
        name: str(figure.scores.detail["error"])
        for name, row in report.figures.items()
        for figure in row
        if "error" in figure.scores.detail
    }


def asked_once(kit: Kit) -> Kit:
    """The kit with inference models that all metrics, runs and groups share the answers of."""
    return replace(
        kit,
        nli=None if kit.nli is None else kept_nli(kit.nli),
        judges={name: kept_nli(judge) for name, judge in kit.judges.items()},
    )


def read_scored_run(folder: Path) -> Run:
    """A run's record and samples. Raises FormatError."""
    return Run(folder, read_run(folder), read_samples(folder))


def common_samples(first: Run, second: Run) -> list[tuple[int, int]]:
    """Positions in both runs of the samples with one id and one gold reply."""
    positions = {(s.id, s.reference): at for at, s in enumerate(first.samples)}
    return [
        (positions[key], at)
        for at, sample in enumerate(second.samples)
        if (key := (sample.id, sample.reference)) in positions
    ]


def default_metrics() -> tuple[str, ...]:
    """All metrics that need no model; `distinct` under the numbered names that it declares."""
    names: list[str] = []
    for entry in entries("metric").values():
        if not _needs_more(entry):
            numbered = [name for name in entry.info.aka if _split_number(name) is not None]
            names += numbered or [entry.name]
    return tuple(names)


def metric_entries(names: Sequence[str]) -> tuple[Entry, ...]:
    """The entries of the metrics by the names given. Raises UnknownEntry."""
    return tuple(_entry_named(name)[0] for name in names)


def judges_of(names: Sequence[str]) -> tuple[str, ...]:
    """The inference models that metrics are asked from, beside the one that needs no name."""
    asked = [name for name in names if "@" in name and _entry_named(name)[0].info.nli]
    return tuple(dict.fromkeys(name.partition("@")[2] for name in asked))


def build_metrics(names: Sequence[str], options: Mapping[str, Any]) -> dict[str, Metric]:
    """Metrics by the names given.

    `distinct-2` is `distinct` with the option n=2, `c-score@second` has judge="second".

    Raises UnknownEntry for a metric, InvalidOption for an option or one of no metric asked for.
    """
    built: dict[str, Metric] = {}
    used: set[str] = set()
    for name in names:
        entry, given = _entry_named(name)
        for key in dict.fromkeys((entry.name, name)):
            mine = {full: value for full, value in options.items() if _is_option_of(key, full)}
            used |= mine.keys()
            given |= {full.partition(".")[2]: value for full, value in mine.items()}
        built[name] = build("metric", entry.name, given)
    strange = [name for name in options if name not in used]
    if strange:
        raise InvalidOption(
            f"{strange[0]!r} is no option of a metric that was asked for. Write metric.option=value"
            f", with a metric of: {', '.join(names)}."
        )
    return built


def report_dict(report: Report) -> JsonObject:
    """The report as a JSON object; figures that are not finite are null."""
    return {
        "confidence": CONFIDENCE,
        "resamples": RESAMPLES,
        "seed": report.seed,
        "runs": [_run_dict(run) for run in report.runs],
        "metrics": {
            name: [_figure_dict(run, figure) for run, figure in zip(report.runs, row, strict=True)]
            for name, row in report.figures.items()
        },
    }


def write_scores(report: Report) -> tuple[Path, ...]:
    """Write each run's figures to its `scores.json`, those of one run as if scored alone."""
    files = []
    for at, run in enumerate(report.runs):
        alone = {
            name: (Figure(row[at].scores, row[at].interval),)
            for name, row in report.figures.items()
        }
        value = report_dict(Report((run,), alone, report.seed))
        value["values"] = {
            name: [_finite(v) for v in row[at].scores.values]
            for name, row in report.figures.items()
        }
        value["ids"] = [sample.id for sample in run.samples]
        write_json(run.folder / SCORES, value)
        files.append(run.folder / SCORES)
    return tuple(files)


def _needs_more(entry: Entry) -> bool:
    """Whether a metric needs a model, or the questions of a benchmark."""
    info = entry.info
    return bool(info.needs or info.embedder or info.nli or info.labelled)


def _is_option_of(metric: str, option: str) -> bool:
    owner, dot, _ = option.partition(".")
    return bool(dot) and owner.replace("_", "-") == metric


def _entry_named(name: str) -> tuple[Entry, dict[str, Any]]:
    known = entries("metric")
    base, at, judge = name.partition("@")
    if at and "judge" in options_of(find("metric", base)):
        return find("metric", base), {"judge": judge}
    if name not in known and (split := _split_number(name)) is not None:
        return known[split[0]], {"n": split[1]}
    return find("metric", name), {}


def _split_number(name: str) -> tuple[str, int] | None:
    """`distinct-2` as the metric `distinct` with n=2, where that metric takes an n."""
    match = _NUMBERED.fullmatch(name)
    entry = entries("metric").get(match[1]) if match else None
    if match is None or entry is None or "n" not in options_of(entry):
        return None
    return entry.name, int(match[2])


def _run_dict(run: Run) -> JsonObject:
    total = run.record.get("samples")
    return {
        "folder": str(run.folder),
        "method": run.record.get("method"),
        "options": run.record.get("options"),
        "model": run.record.get("model"),
        "data": run.record.get("data"),
        "samples": len(run.samples),
        "asked": total if isinstance(total, int) else None,
        "failed": [{"id": sample.id, "error": sample.error} for sample in run.failed],
    }


def _figure_dict(run: Run, figure: Figure) -> JsonObject:
    scores, difference = figure.scores, figure.difference
    value: JsonObject = {
        "run": str(run.folder),
        "value": _finite(scores.total),
        "interval": _interval_list(figure.interval),
        "n": len(scores.applicable),
        "unit": scores.unit,
        "higher_is_better": scores.higher_is_better,
        "detail": scores.detail,
    }
    if scores.not_finite:
        value["not_finite"] = [run.samples[at].id for at in scores.not_finite]
    if difference is not None:
        value["difference"] = {
            "value": _finite(difference.difference),
            "interval": _interval_list(difference.interval),
            "p": difference.p,
            "n": difference.count,
        }
    return value


def _interval_list(span: Interval | None) -> list[float | None] | None:
    return None if span is None else [_finite(value) for value in asdict(span).values()]


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


class NoModel:
    """Stands where a metric's model would be, when none was given."""

    name = "none"
    fingerprint = "none"
    capabilities: frozenset[Capability] = frozenset()
    context_tokens = 0

    def generate(self, request: Request, on_text: OnText | None = None) -> Generation:
        """Raises CapabilityError."""
        raise self._error()

    def score(self, request: Request, continuations: Sequence[str]) -> tuple[Likelihood, ...]:
        """Raises CapabilityError."""
        raise self._error()

    def count_tokens(self, text: str) -> int:
        """Raises CapabilityError."""
        raise self._error()

    def close(self) -> None:
        """Nothing to close."""

    def _error(self) -> CapabilityError:
        return CapabilityError("This metric needs a language model, and none was given.")
