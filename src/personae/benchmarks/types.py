"""What a benchmark is: questions as data, one of five ways to ask them, and what measures answers.

A file `benchmarks/NAME.py` is the entry NAME; its factory takes typed options and returns a
`Benchmark`. Running it, resuming, comparing and reporting is `personae.evaluate.bench`'s work.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from personae.data import JsonObject, Scene

Ask = Literal["reply", "choose", "score", "extract", "simulate"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked: a scene, and what is known of the right answer.

    `reference` is the gold reply, or the text of the right option. `options` are what `choose`
    ranks: each could be the whole reply (or is a letter that the scene's last turn explains).
    `schema` is what `extract` fills. `group` is a part of the benchmark whose figures are shown
    apart. `labels` is what the metrics need beside; no model ever sees it.
    """

    id: str
    scene: Scene
    reference: str = ""
    options: tuple[str, ...] = ()
    schema: JsonObject | None = None
    group: str = ""
    labels: JsonObject = field(default_factory=dict)


# An answer without a model, to compare with: a question and chance to the text of the reply.
Baseline: TypeAlias = Callable[[Question, random.Random], str]
# Who talks to the persona in `simulate`: the scene so far to the next utterance; None ends it.
Partner: TypeAlias = Callable[[Question, Scene, random.Random], str | None]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Questions, how they are asked, and the metrics of the answers by their registry names.

    The first metric is the headline. `version` changes with whatever changes a figure. `source`
    says where the questions are from, and their license. `partner` is needed by `simulate` alone.
    What a question says of itself is in a sample's record: `group`, `options`, `labels`.
    `choose_by` is how `choose` ranks by likelihood: `mean` a token, `total` (letters), or
    `calibrated` (the total less that without the persona).
    """

    version: str
    ask: Ask
    questions: tuple[Question, ...]
    metrics: tuple[str, ...]
    source: str
    metric_options: Mapping[str, Any] = field(default_factory=dict)
    baselines: Mapping[str, Baseline] = field(default_factory=dict)
    partner: Partner | None = None
    choose_by: Literal["mean", "total", "calibrated"] = "mean"


def by_chance(question: Question, rng: random.Random) -> str:
    """One of the options, each as likely as the others."""
    return rng.choice(question.options)


def first_option(question: Question, rng: random.Random) -> str:
    """Always the first option: what a model does that likes one letter."""
    return question.options[0]


def nothing_said(question: Question, rng: random.Random) -> str:
    """An empty reply: no measure may like it."""
    return ""


def echo(question: Question, rng: random.Random) -> str:
    """What was just said to the persona: no measure may like it either."""
    return question.scene.last_user_text
