"""A language model grades replies, or says which of two is better, always with a valid verdict."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from personae.data import Sample, Scene
from personae.draft import Kit
from personae.errors import BackendError
from personae.lm.types import (
    LanguageModel,
    Message,
    Request,
    Sampling,
    need_distributions,
    require,
)
from personae.metrics.option_probabilities import softmax
from personae.metrics.types import Metric, Scores, mean_scores, replied
from personae.registry import EntryInfo
from personae.text.copying import no_reply

ENTRY = EntryInfo(
    aka=("llm-judge",),
    needs=("chat",),
    paper="Zheng et al. 2023, Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena; the mean "
    "over the digits' likelihoods is Liu et al. 2023, G-Eval",
)

Chances: TypeAlias = tuple[float, ...]  # of each option, adding up to 1
GRADES = ("1", "2", "3", "4", "5")
LETTERS = ("A", "B")
TURNS, STATEMENTS = 4, 8  # the last turns and the first statements that the judge reads
TEXT_LIMIT_CHARS = 2_000
TOP = 100  # likeliest first tokens among which the options are looked for
ATTEMPTS = 3  # where nothing binds the answer
WORKERS = 4
GIVE_UP_AFTER = 10
TIMEOUT_S = 120.0
_TASK = (
    "You judge replies in conversations. A good reply answers what was just said, makes sense, "
    "fits what is known of the speaker, and is interesting."
)
_GRADE = (
    "How good is this reply? 1: very bad, it makes no sense here. 2: bad. 3: acceptable. 4: good. "
    "5: very good. Answer with one digit from 1 to 5."
)
_PAIR = "Which reply is better here? Answer with one letter, A or B."


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one question: the chances of the options, or why there are none.

    `fault` says why a text is no reply, so that nobody was asked.
    """

    chances: Chances | None
    fault: str = ""
    failure: str = ""

    @property
    def grade(self) -> float | None:
        """The mean grade, 1–5; of two options the chance of the first."""
        if self.chances is None:
            return None
        if len(self.chances) == len(LETTERS):
            return self.chances[0]
        return math.fsum(at * chance for at, chance in enumerate(self.chances, 1))


Judging: TypeAlias = Callable[[LanguageModel, Sample], Verdict]


def lm_judge(*, judge: str = "") -> Metric:
    """Mean grade of the replies, 1–5, by a language model.

    The verdict is the mean over the likelihoods of the digits where the model tells them, else one
    that a grammar or schema binds; a model that can do neither is asked thrice, and its nonsense is
    no value. What is no reply (empty, an echo, the speaker's own words again, a loop, a recited
    persona) has the lowest grade without being asked about. `judge` is a model string; else the
    kit's language model judges. Ten failures in a row raise BackendError; fewer are listed in
    `detail`. How far the verdicts agree with people depends on the model:
    `personae evaluate judges --model MODEL` says it.
    """

    return judged("lm-judge", judge, grade_sample, replied, "1–5")


def judged(
    name: str, judge: str, ask: Judging, fits: Callable[[Sample], bool], unit: str
) -> Metric:
    """The metric of the verdicts that `ask` brings on the samples that fit."""

    def measure(samples: Sequence[Sample], kit: Kit) -> Scores:
        with _judge(judge, kit.lm) as lm:
            asked = [one for one in samples if fits(one)]
            verdicts = iter(_all(ask, asked, lm))
            found = [next(verdicts) if fits(one) else None for one in samples]
            told = {"lm": lm.name, "lm_fingerprint": lm.fingerprint, "binds": way_of(lm)}
        return mean_scores(
            name,
            [None if one is None else one.grade for one in found],
            unit=unit,
            higher_is_better=True,
            detail={**told, **_counts([one for one in found if one is not None])},
        )

    return measure


def grade_sample(lm: LanguageModel, sample: Sample) -> Verdict:
    """The grade of a sample's reply."""
    return grade(lm, sample.scene, sample.reply)


def grade(lm: LanguageModel, scene: Scene, reply: str, *, seed: int = 0) -> Verdict:
    """The chances of the grades 1 to 5. Raises BackendError, CapabilityError."""
    fault = _fault(scene, reply)
    if fault:
        return Verdict((1.0, 0.0, 0.0, 0.0, 0.0), fault)
    text = f"Reply of {scene.persona.name} to judge:\n{_quoted(reply)}\n\n{_GRADE}"
    return _verdict(lm, scene, text, GRADES, seed)


def compare(lm: LanguageModel, scene: Scene, first: str, second: str, *, seed: int = 0) -> Verdict:
    """The chances that the first reply is better and that the second is, over both orders.

    A text that is no reply loses; two such, or two equal ones, are even. Raises BackendError,
    CapabilityError.
    """
    faults = [_fault(scene, one) for one in (first, second)]
    if first.strip() == second.strip() or all(faults):
        return Verdict((0.5, 0.5), faults[0])
    if any(faults):
        return Verdict((0.0, 1.0) if faults[0] else (1.0, 0.0), faults[0] or faults[1])
    found = []
    for pair in ((first, second), (second, first)):
        shown = "\n\n".join(
            f"Reply {letter}:\n{_quoted(text)}" for letter, text in zip(LETTERS, pair, strict=True)
        )
        found.append(_verdict(lm, scene, f"{shown}\n\n{_PAIR}", LETTERS, seed))
    ahead, behind = (one.chances for one in found)
    if ahead is None or behind is None:
        return Verdict(None, failure=found[0].failure or found[1].failure)
    share = (ahead[0] + behind[1]) / 2
    return Verdict((share, 1 - share))


def way_of(lm: LanguageModel) -> str:
    """What makes the model's answer a verdict: likelihood, grammar, schema, or nothing."""
    for capability, name in (
        ("distribution", "likelihood"), ("score", "likelihood"), ("grammar", "grammar"),
        ("schema", "schema"),
    ):  # fmt: skip
        if capability in lm.capabilities:
            return name
    return "nothing"


@contextmanager
def _judge(name: str, own: LanguageModel) -> Iterator[LanguageModel]:
    """The model of that name for as long as it is needed, or the kit's own."""
    from personae.lm.names import open_model

    lm = open_model(name) if name else own
    try:
        require(lm, ("chat",), "lm-judge")
        yield lm
    finally:
        if name:
            lm.close()


def _all(ask: Judging, samples: Sequence[Sample], lm: LanguageModel) -> list[Verdict]:
    """All verdicts, in order. Raises BackendError after ten failures in a row."""
    found: list[Verdict] = []
    failed = 0
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            for verdict in pool.map(lambda one: _caught(ask, lm, one), samples):
                found.append(verdict)
                failed = failed + 1 if verdict.failure and verdict.chances is None else 0
                if failed >= GIVE_UP_AFTER:
                    raise BackendError(
                        f"The judge {lm.name!r} failed {failed} times in a row: {verdict.failure} "
                        "Give another one with --judge, or see `personae doctor`.",
                        failure="engine",
                    )
        finally:
            pool.shutdown(cancel_futures=True)
    return found


def _caught(ask: Judging, lm: LanguageModel, sample: Sample) -> Verdict:
    try:
        return ask(lm, sample)
    except BackendError as error:
        if error.failure == "cancelled":
            raise
        return Verdict(None, failure=str(error))


def _fault(scene: Scene, reply: str) -> str:
    own = [one.text for one in scene.turns if one.speaker == scene.persona.name]
    return no_reply(reply, heard=scene.last_user_text, own=own, facts=scene.persona.statements)


def _verdict(
    lm: LanguageModel, scene: Scene, question: str, options: tuple[str, ...], seed: int
) -> Verdict:
    messages = (Message("system", _TASK), Message("user", f"{_told(scene)}\n\n{question}"))
    request = Request(messages=messages, timeout_s=TIMEOUT_S, replayable=True)
    chances = _by_likelihood(lm, request, options)
    if chances is None:
        chances = _by_answer(lm, request, options, seed)
    if chances is None:
        return Verdict(None, failure=f"The judge answers with none of {', '.join(options)}.")
    return Verdict(chances)


def _told(scene: Scene) -> str:
    name = scene.persona.name
    known = [f"- {one}" for one in scene.persona.statements[:STATEMENTS]]
    about = [f"What is known of {name}:", *known, ""] if known else []
    turns = [one for one in scene.turns if one.kind == "utterance"][-TURNS:]
    return "\n".join(
        [*about, "Conversation:", *(f"{one.speaker}: {_quoted(one.text)}" for one in turns)]
    )


def _quoted(text: str) -> str:
    return " ".join(text.split())[:TEXT_LIMIT_CHARS]


def _by_likelihood(lm: LanguageModel, request: Request, options: tuple[str, ...]) -> Chances | None:
    """The chances of the options as the answer's first token; None where the model tells none."""
    if "distribution" in lm.capabilities:
        known = need_distributions(lm, "lm-judge")
        [likeliest] = known.next_tokens([request], (), TOP)
        found = dict(zip(likeliest.ids, likeliest.log_probs, strict=True))
        tokens = [known.tokenize(one) for one in options]
        if all(len(one) == 1 for one in tokens) and any(one[0] in found for one in tokens):
            least = min(found.values())
            return _shares([found.get(one[0], least) for one in tokens])
    if "score" in lm.capabilities:
        return _shares([one.total for one in lm.score(request, options)])
    return None


def _by_answer(
    lm: LanguageModel, request: Request, options: tuple[str, ...], seed: int
) -> Chances | None:
    """One option for certain, from an answer that grammar or schema bind where the model can."""
    way = way_of(lm)
    bound: dict[str, Any] = {}
    if way == "grammar":
        bound["grammar"] = "root ::= " + " | ".join(f'"{one}"' for one in options)
    elif way == "schema":
        bound["schema"] = {
            "type": "object", "properties": {"verdict": {"enum": list(options)}},
            "required": ["verdict"], "additionalProperties": False,
        }  # fmt: skip
    for attempt in range(ATTEMPTS):
        sampling = Sampling(temperature=0.0 if attempt == 0 else 0.7, seed=seed + attempt,
                            max_tokens=32 if way == "schema" else 8)  # fmt: skip
        answer = lm.generate(replace(request, sampling=sampling, **bound)).text
        chosen = _option_in(answer, options)
        if chosen is not None:
            return tuple(float(one == chosen) for one in options)
    return None


def _option_in(answer: str, options: tuple[str, ...]) -> str | None:
    """The option that the answer is, alone, in JSON, or as its first word."""
    found = re.match(r'\s*(?:\{\s*"verdict"\s*:\s*"?)?([A-Z0-9])(?![A-Za-z0-9]|[./][0-9])', answer)
    return found[1] if found and found[1] in options else None


def _shares(log_probs: Sequence[float]) -> Chances | None:
    """The options' chances among themselves; None where none of them is possible."""
    if not math.isfinite(max(log_probs)):
        return None
    return softmax([-math.inf if math.isnan(one) else one for one in log_probs])


def _counts(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    failed = [one.failure for one in verdicts if one.chances is None]
    return {
        "no_reply": sum(bool(one.fault) for one in verdicts),
        "without_verdict": len(failed),
        "first_failure": next(iter(failed), ""),
    }
