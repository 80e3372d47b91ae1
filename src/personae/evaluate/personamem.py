"""Memories beside each other on PersonaMem's questions: what they find, and what is chosen (S040).

Each memory is a run of the benchmark `personamem` with another option `memory`: the same questions
after other parts of the history. The first memory is what the others are compared with. What makes
an option likely in itself says nothing of the history: beside the likeliest option stands the one
that gained most by what the memory shows (PMI; Holtzman et al. 2021, Surface Form Competition).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from personae.data import Sample
from personae.draft import Kit
from personae.evaluate.asking import AskedQuestion
from personae.evaluate.bench import Asking, open_benchmark
from personae.evaluate.score import NoModel, Report, Run, build_metrics, measured
from personae.metrics.types import Metric, Scores, mean_scores
from personae.registry import build

BENCHMARK = "personamem"
CHOSEN = ("choice-accuracy", "total-choice-accuracy")
FOUND = ("evidence-found-1", "evidence-found-5", "evidence-found-10", "evidence-found-20")
GAINED = "choice-by-gain"
TRAPS = ("outdated", "cliche")  # wrong answers whose share is shown, a quarter by chance
TYPE, DISTANCE = "type", "distance"
# Sessions back to the oldest turn that is needed; beyond, as PersonaMem's own figures go by tens.
_FAR = (1, 3, 6, 12, 24)


def askings(
    memories: Sequence[str], options: Mapping[str, Any], limit: int | None
) -> dict[str, Asking]:
    """The benchmark with each memory. Raises as `open_benchmark`."""
    return {
        name: open_benchmark(BENCHMARK, {**options, "memory": name}, limit) for name in memories
    }


def looked_only(out: Path, asked: Mapping[str, Asking]) -> list[Run]:
    """Runs without an answer: what each memory finds, and no model is asked. Nothing is written."""
    return [Run(out / name, {}, _unanswered(one)) for name, one in asked.items()]


def report_of(
    runs: Sequence[Run], metrics: Sequence[str], seed: int, bare: Run | None = None
) -> Report:
    """The figures of all questions, with intervals and paired differences to the first run.

    `bare` is the run without a memory, where there is one.
    """
    built = build_metrics(metrics, {})
    if CHOSEN[0] in metrics:
        built |= {f"{one}-chosen": build("metric", "trap-chosen", {"trap": one}) for one in TRAPS}
    if bare is not None:
        built[GAINED] = by_gain(bare)
    return measured(runs, built, Kit(lm=NoModel(), seed=seed))


def by_gain(bare: Run) -> Metric:
    """1 where the reference is the option whose log-likelihood is most above that in `bare`, 0–1.

    Runs without likelihoods have no value, nor has `bare` itself.
    """
    before = {one.id: one.record.get("log_likelihoods", []) for one in bare.samples}

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        values = [_gained(one, before.get(one.id, [])) for one in samples]
        return mean_scores(GAINED, values, unit="0–1", higher_is_better=True)

    return measure


def _gained(sample: Sample, before: Sequence[float]) -> float | None:
    after, options = sample.record.get("log_likelihoods", []), sample.record.get("options", [])
    gains = [one - other for one, other in zip(after, before, strict=False)]
    if not options or len(gains) < len(options) or not any(gains):
        return None
    return float(options[gains.index(max(gains))] == sample.reference)


def reports_by(
    what: str, runs: Sequence[Run], metrics: Sequence[str], seed: int, bare: Run | None = None
) -> dict[str, Report]:
    """The same of each type of question, or of each distance to the evidence, the nearest first."""
    parts: dict[Any, list[list[Sample]]] = {}
    for at, run in enumerate(runs):
        for sample in run.samples:
            key = _key(what, sample.record["labels"])
            parts.setdefault(key, [[] for _ in runs])[at].append(sample)
    found = {}
    for key, held in sorted(parts.items()):
        pairs = zip(runs, held, strict=True)
        part = [Run(run.folder, run.record, tuple(samples)) for run, samples in pairs]
        found[_told(what, key)] = report_of(part, metrics, seed, bare)
    return found


def _unanswered(asking: Asking) -> tuple[Sample, ...]:
    asked = map(AskedQuestion, asking.questions)
    return tuple(
        Sample(id=one.id, scene=one.scene(), reference=one.reference, record=one.record)
        for one in asked
    )


def _key(what: str, labels: Mapping[str, Any]) -> Any:
    if what == TYPE:
        return labels["type"]
    return next((most for most in _FAR if labels["distance_sessions"] <= most), _FAR[-1] + 1)


def _told(what: str, key: Any) -> str:
    """ "2 to 3 sessions"."""
    if what == TYPE:
        return str(key)
    if key > _FAR[-1]:
        return f"{key} or more sessions"
    least = max((most + 1 for most in _FAR if most < key), default=0)
    return f"{least} to {key} sessions"
