"""The five ways in which a benchmark asks: reply, choose, score, extract, simulate."""

from __future__ import annotations

import json
import random
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

from personae.benchmarks.types import Ask, Baseline, Benchmark, Partner, Question
from personae.data import JsonObject, Scene
from personae.errors import BackendError, InvalidOption
from personae.evaluate.types import BASELINE, Answer, Answerer
from personae.lm.types import Likelihood, Sampling, Usage
from personae.speaker import Speaker
from personae.text.lettered import LETTERS, read_letter, with_letters

EXTRACT_TOKENS = 512
MAX_SIMULATED_TURNS = 50


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as a run asks it; of `nobody`, the speaker sees no persona, the sample does."""

    question: Question
    nobody: bool = False

    @property
    def id(self) -> str:
        return self.question.id

    @property
    def reference(self) -> str:
        return self.question.reference

    @property
    def record(self) -> JsonObject:
        """What metrics need to know of the question, kept with its sample."""
        one = self.question
        known = {"group": one.group, "options": list(one.options), "labels": dict(one.labels)}
        return {name: value for name, value in known.items() if value}

    def scene(self) -> Scene:
        return self.question.scene

    def shown(self) -> Scene:
        """What the speaker sees."""
        return without_persona(self.question.scene) if self.nobody else self.question.scene


@dataclass(frozen=True, slots=True)
class Said:
    """An answer that is not one reply of a speaker: a choice, a dialogue, a guess."""

    text: str
    method: str
    model: str
    detail: JsonObject = field(default_factory=dict)
    usage: Usage = Usage()
    total_s: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """As `Reply.to_dict`, with what this way of asking knows beside."""
        return {
            "reply": self.text,
            "method": self.method,
            "model": self.model,
            **self.detail,
            "usage": {
                "prompt_tokens": self.usage.prompt_tokens,
                "completion_tokens": self.usage.completion_tokens,
                "cached_tokens": self.usage.cached_tokens,
            },
            "timings": {"total_s": round(self.total_s, 4)},
        }


def answerer_for(benchmark: Benchmark, speaker: Speaker) -> Answerer[AskedQuestion]:
    """What answers a benchmark's questions, in its way. Raises InvalidOption, CapabilityError."""
    ask: Ask = benchmark.ask
    if ask == "choose":
        return Choosing(speaker, benchmark.choose_by)
    if ask == "extract":
        return Extracting(speaker)
    if ask == "simulate":
        if benchmark.partner is None:
            raise InvalidOption("A benchmark that simulates dialogues needs a partner to talk to.")
        return Simulating(speaker, benchmark.partner)
    if ask == "score":
        return Scoring(speaker)
    return Replying(speaker, "perplexity" in benchmark.metrics)


@dataclass(frozen=True, slots=True)
class Replying:
    """The method's reply; the gold reply's likelihood where a metric wants it."""

    speaker: Speaker
    is_scored: bool = False

    def answer(self, asked: AskedQuestion, *, seed: int, cancel: threading.Event) -> Answer:
        return self.speaker.reply(asked.shown(), seed=seed, cancel=cancel)

    def likelihood(self, asked: AskedQuestion) -> Likelihood | None:
        if not self.is_scored or not asked.reference:
            return None
        return self.speaker.score_reference(asked.shown(), asked.reference)


@dataclass(frozen=True, slots=True)
class Scoring:
    """No reply: only how likely the gold one is after the method's prompt."""

    speaker: Speaker

    def answer(self, asked: AskedQuestion, *, seed: int, cancel: threading.Event) -> Answer:
        return Said("", self.speaker.method, self.speaker.lm.name)

    def likelihood(self, asked: AskedQuestion) -> Likelihood | None:
        return self.speaker.score_reference(asked.shown(), asked.reference)


@dataclass(frozen=True, slots=True)
class Choosing:
    """The option that the model finds likeliest as the reply.

    `by`: `mean` log-likelihood a token, `total`, or `calibrated`: the total less that of the option
    after the same request without a persona (PMI; Holtzman et al. 2021, Surface Form Competition).
    A model that cannot score text is shown the options with letters, and its letter is read; what
    cannot be read is no option, and wrong.
    """

    speaker: Speaker
    by: str = "mean"

    def answer(self, asked: AskedQuestion, *, seed: int, cancel: threading.Event) -> Answer:
        if "score" in self.speaker.lm.capabilities:
            return self._by_likelihood(asked, seed)
        return self._by_letter(asked, seed, cancel)

    def likelihood(self, asked: AskedQuestion) -> Likelihood | None:
        return None

    def _by_likelihood(self, asked: AskedQuestion, seed: int) -> Answer:
        began, options = time.monotonic(), asked.question.options
        request = self.speaker.request(asked.shown(), seed=seed)
        found = self.speaker.lm.score(request, options)
        values = [one.per_token if self.by == "mean" else one.total for one in found]
        detail: JsonObject = {
            "log_likelihoods": [one.total for one in found],
            "tokens": [one.tokens for one in found],
        }
        if self.by == "calibrated":
            bare = self.speaker.request(without_persona(asked.shown()), seed=seed)
            prior = [one.total for one in self.speaker.lm.score(bare, options)]
            values = [mine - other for mine, other in zip(values, prior, strict=True)]
            detail["prior_log_likelihoods"] = prior
        detail["scores"] = values
        chosen = max(range(len(options)), key=values.__getitem__)
        return self._said(options[chosen], detail, began)

    def _by_letter(self, asked: AskedQuestion, seed: int, cancel: threading.Event) -> Answer:
        began, options = time.monotonic(), asked.question.options
        if len(options) > len(LETTERS):
            raise InvalidOption(f"At most {len(LETTERS)} options can be shown with letters.")
        scene = asked.shown()
        shown = with_letters(scene.last_user_text, options)
        reply = self.speaker.reply(_with_last_text(scene, shown), seed=seed, cancel=cancel)
        at = read_letter(reply.text, options)
        detail: JsonObject = {"written": reply.text, "unread": at is None}
        usage = reply.draft.usage
        return self._said("" if at is None else options[at], detail, began, usage)

    def _said(
        self, text: str, detail: JsonObject, began: float, usage: Usage | None = None
    ) -> Said:
        lasted = time.monotonic() - began
        return Said(
            text, self.speaker.method, self.speaker.lm.name, detail, usage or Usage(), lasted
        )


@dataclass(frozen=True, slots=True)
class Extracting:
    """An object of the question's schema, written under it, after the method's prompt."""

    speaker: Speaker

    def answer(self, asked: AskedQuestion, *, seed: int, cancel: threading.Event) -> Answer:
        request = replace(
            self.speaker.request(asked.shown(), seed=seed),
            schema=asked.question.schema or {"type": "object"},
            sampling=Sampling(temperature=0.0, seed=seed, max_tokens=EXTRACT_TOKENS),
            cancel=cancel,
        )
        written = self.speaker.lm.generate(request)
        try:
            value = json.loads(written.text)
        except ValueError as error:
            raise BackendError(
                f"The model wrote no whole JSON within {EXTRACT_TOKENS} tokens.",
                failure="malformed",
            ) from error
        return Said(
            written.text, self.speaker.method, self.speaker.lm.name, {"extracted": value},
            written.usage, written.timings.total_s,
        )  # fmt: skip

    def likelihood(self, asked: AskedQuestion) -> Likelihood | None:
        return None


@dataclass(frozen=True, slots=True)
class Simulating:
    """A dialogue of the persona with the benchmark's partner, who begins and ends it."""

    speaker: Speaker
    partner: Partner

    def answer(self, asked: AskedQuestion, *, seed: int, cancel: threading.Event) -> Answer:
        scene, rng, began = asked.shown(), random.Random(seed), time.monotonic()
        opening, usage, last = len(scene.turns), Usage(), ""
        for at in range(MAX_SIMULATED_TURNS):
            text = self.partner(asked.question, scene, rng)
            if text is None:
                break
            scene = scene.said(scene.user, text)
            reply = self.speaker.reply(scene, seed=seed + at, cancel=cancel)
            scene = scene.model_copy(update={"turns": (*scene.turns, reply.to_turn())})
            usage, last = usage + reply.draft.usage, reply.text
        turns = [{"speaker": turn.speaker, "text": turn.text} for turn in scene.turns[opening:]]
        lasted = time.monotonic() - began
        return Said(
            last, self.speaker.method, self.speaker.lm.name, {"turns": turns}, usage, lasted
        )

    def likelihood(self, asked: AskedQuestion) -> Likelihood | None:
        return None


@dataclass(frozen=True, slots=True)
class Guessing:
    """A baseline: an answer without a model."""

    name: str
    baseline: Baseline

    def answer(self, asked: AskedQuestion, *, seed: int, cancel: threading.Event) -> Answer:
        text = self.baseline(asked.question, random.Random(seed))
        return Said(text, BASELINE + self.name, "none")

    def likelihood(self, asked: AskedQuestion) -> Likelihood | None:
        return None


def without_persona(scene: Scene) -> Scene:
    """The scene as a speaker of whom nothing is known but the name would see it."""
    persona = type(scene.persona)(name=scene.persona.name)
    return scene.model_copy(update={"persona": persona})


def _with_last_text(scene: Scene, text: str) -> Scene:
    """The scene with another text of the last utterance that is not the persona's own."""
    turns = list(scene.turns)
    for at in reversed(range(len(turns))):
        if turns[at].kind == "utterance" and turns[at].speaker != scene.persona.name:
            turns[at] = turns[at].model_copy(update={"text": text})
            return scene.model_copy(update={"turns": tuple(turns)})
    return scene.said(scene.user, text)
