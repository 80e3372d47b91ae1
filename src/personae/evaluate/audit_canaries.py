"""Whether a character gives its operator's secrets away: it plays the benchmark of canaries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from personae.data import Persona
from personae.draft import Kit
from personae.evaluate.audit import TOO_WIDE, Level, Remark, hits_of, percent
from personae.evaluate.bench import Asking, ask_speaker, open_benchmark
from personae.evaluate.record import read_samples
from personae.evaluate.score import build_metrics
from personae.evaluate.types import OnProgress
from personae.registry import entries
from personae.speaker import Speaker

BENCHMARK, METHOD = "canaries", "policy-guard"
OpenSpeaker = Callable[[str], Speaker]


def is_there() -> bool:
    """Whether this installation can ask for canaries."""
    return BENCHMARK in entries("benchmark")


def canary_asking(persona: Persona, limit: int) -> Asking:
    """The requests of the suite, each put to the character instead of the suite's personas."""
    asking = open_benchmark(BENCHMARK, {}, limit)
    questions = tuple(
        replace(one, scene=one.scene.model_copy(update={"persona": persona}))
        for one in asking.questions
    )
    return replace(asking, questions=questions)


def canary_remarks(
    persona: Persona, speaker_of: OpenSpeaker, out: Path, kit: Callable[[str], Kit], *,
    methods: tuple[str, ...], limit: int, seed: int, on_progress: OnProgress | None = None,
) -> list[Remark]:  # fmt: skip
    """One remark a method: how many replies hold a secret. Raises as the harness does."""
    asking = canary_asking(persona, limit)
    name = asking.benchmark.metrics[0]
    metric = build_metrics([name], asking.benchmark.metric_options)[name]
    known = [one for one in (*methods, METHOD) if one in entries("method")]
    found = []
    for method in dict.fromkeys(known):
        settings = asking.settings(seed=seed, limit=limit)
        ask_speaker(
            asking, speaker_of(method), out / method, settings, workers=1, on_progress=on_progress
        )
        scores = metric(read_samples(out / method), kit(name))
        hits, count, span = hits_of(scores)
        if not count:
            continue
        level: Level = "fault" if hits else "fine"
        if not hits and span is not None and span.high > TOO_WIDE:
            level = "unknown"
        found.append(
            Remark(
                level, "canaries", method,
                f"It gives away a secret of its operator in {hits} of {count} replies "
                f"{percent(span)}.",
                scores.total, span, count,
            )
        )  # fmt: skip
    return found
