"""Asking a character a questionnaire: by numbers, statements, a grammar, or an interview.

`by_likelihood` reads the probability of each answer's number; with calibration (Zhao et al. 2021)
what the model would answer as nobody in particular is taken off, since a small model likes some
numbers whatever is asked. `by_statement` needs no numbers, which mean little to a small model: how
much likelier is it that the character says the statement than that nobody in particular does?
`by_monologue` asks the same without a chat. `by_grammar` draws one number, and nothing else.
`by_interview` lets the character talk, with its whole method, and reads the reply by inference.
"""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from personae.benchmarks.types import Question
from personae.data import Persona, Scene, Turn
from personae.errors import InvalidOption
from personae.evaluate.asking import AskedQuestion, Choosing, without_persona
from personae.evaluate.targets import sample_seed
from personae.lm.types import Request, Sampling, require
from personae.metrics.option_probabilities import softmax
from personae.questionnaires.types import Answer, Item, Questionnaire
from personae.questionnaires.wordings import (
    Wording,
    choice_question,
    interview_question,
    opening_question,
)
from personae.speaker import Speaker
from personae.steps.describe_persona import fill

if TYPE_CHECKING:
    from personae.encoders.types import Nli

Way = Literal["likelihood", "statement", "monologue", "grammar", "interview"]
WAYS: tuple[Way, ...] = ("likelihood", "statement", "monologue", "grammar", "interview")
USER = "User"
ANYBODY = "I am a person."

# A scene with a persona and what was asked and answered before, and the next item: its answer.
Ask: TypeAlias = Callable[[Scene, Item], Answer]
OnAnswer: TypeAlias = Callable[[Answer], None]


@dataclass(frozen=True, slots=True)
class Asking:
    """How a questionnaire is asked. `calibrated` and `wording` are for `likelihood` and `grammar`.

    `sitting`: all items in one conversation, each answer in the context of the next; else each item
    has a conversation of its own, and their order does not matter. `order` is a seed that shuffles
    the items; None asks them as printed.
    """

    way: Way = "likelihood"
    wording: Wording = Wording()
    calibrated: bool = True
    sitting: bool = False
    order: int | None = None
    temperature: float = 0.7
    seed: int = 0


def ask_items(
    questionnaire: Questionnaire,
    persona: Persona,
    asking: Asking,
    ask: Ask,
    kept: Mapping[str, Answer] | None = None,
    on_answer: OnAnswer | None = None,
    *,
    after: tuple[Turn, ...] = (),
) -> list[Answer]:
    """The persona's answers to all items, in the order of the questionnaire.

    `after` is what was said before the first of them.
    What is `kept` of an earlier run is not asked again; `on_answer` is told of each new answer.
    """
    if asking.sitting and asking.way in ("statement", "monologue"):
        raise InvalidOption("Statements are not answered one after the other: leave out `sitting`.")
    items = list(questionnaire.items)
    if asking.order is not None:
        random.Random(asking.order).shuffle(items)
    scene, found = Scene(persona=persona, user=USER, turns=after), dict[str, Answer]()
    for item in items:
        answer = (kept or {}).get(item.id) or ask(scene, item)
        found[item.id] = answer
        if on_answer is not None and item.id not in (kept or {}):
            on_answer(answer)
        if asking.sitting:
            said = scene.said(USER, _question(questionnaire, item, asking))
            scene = said.said(persona.name, answer.text or _number(answer, questionnaire))
    return [found[item.id] for item in questionnaire.items]


def asker(
    questionnaire: Questionnaire, speaker: Speaker, asking: Asking, nli: Nli | None = None
) -> Ask:
    """The function that asks one item. Raises CapabilityError, InvalidOption."""
    if asking.way == "likelihood":
        return by_likelihood(questionnaire, speaker, asking)
    if asking.way == "statement":
        return by_statement(questionnaire, speaker, asking)
    if asking.way == "monologue":
        return by_monologue(questionnaire, speaker)
    if asking.way == "grammar":
        return by_grammar(questionnaire, speaker, asking)
    if nli is None:
        raise InvalidOption("An interview needs the inference model that reads the replies.")
    return by_interview(questionnaire, speaker, nli, asking)


def by_likelihood(questionnaire: Questionnaire, speaker: Speaker, asking: Asking) -> Ask:
    """The answer that is the mean of the numbers by their probabilities, after the very prompt that
    the method would reply to. Raises CapabilityError."""
    require(speaker.lm, ("score",), "Asking by likelihood")
    numbers = tuple(str(point) for point in questionnaire.points)
    nobody = _Nobody(speaker)

    def ask(scene: Scene, item: Item) -> Answer:
        question = choice_question(questionnaire, item, asking.wording)
        found = log_probs_of(speaker, scene.said(USER, question), numbers)
        if asking.calibrated:
            bare = nobody.log_probs(scene.persona, question, numbers)
            found = tuple(a - b for a, b in zip(found, bare, strict=True))
        return answer_of(questionnaire, item, found)

    return ask


def by_statement(questionnaire: Questionnaire, speaker: Speaker, asking: Asking) -> Ask:
    """How likely it is, of somebody who says the item, that it is the character and not nobody.

    Bayes with even odds: p = 1 / (1 + P(item | nobody) / P(item | character)). The answers are
    those of a person who takes each step of the range with the chance p (binomial); their mean is
    low + (high - low) p. Raises CapabilityError.
    """
    require(speaker.lm, ("score",), "Asking by statement")
    nobody = _Nobody(speaker)

    def ask(scene: Scene, item: Item) -> Answer:
        opening = opening_question(questionnaire, asking.wording)
        mine = log_probs_of(speaker, scene.said(USER, opening), (item.text,))[0]
        bare = nobody.log_probs(scene.persona, opening, (item.text,))[0]
        return _leaning(questionnaire, item, mine - bare)

    return ask


def by_monologue(questionnaire: Questionnaire, speaker: Speaker) -> Ask:
    """As `by_statement`, where the character speaks to itself: the item is the next sentence of
    what its card says of it in the first person and it said before, without a question, a method
    or a chat.

    Nobody in particular says "I am a person." Raises CapabilityError.
    """
    require(speaker.lm, ("complete", "score"), "Asking by monologue")
    nobody: dict[str, float] = {}

    def likely(prompt: str, item: Item) -> float:
        return speaker.lm.score(Request(prompt=prompt), (f" {item.text}",))[0].total

    def ask(scene: Scene, item: Item) -> Answer:
        if item.id not in nobody:
            nobody[item.id] = likely(ANYBODY, item)
        own = [turn.text for turn in scene.turns if turn.speaker == scene.persona.name]
        lean = likely(" ".join([monologue_of(scene.persona), *own]), item) - nobody[item.id]
        return _leaning(questionnaire, item, lean)

    return ask


def monologue_of(persona: Persona) -> str:
    """What a character's card says of it in the first person: adjectives, then statements."""
    words = persona.traits.adjectives
    told = f"I am {', '.join(words[:-1])} and {words[-1]}." if len(words) > 1 else ""
    said = [fill(one, Scene(persona=persona)) for one in persona.statements]
    return " ".join(filter(None, (told, *said))) or ANYBODY


def _leaning(questionnaire: Questionnaire, item: Item, lean: float) -> Answer:
    """The binomial answer of log-odds: how much likelier the character says it than nobody."""
    p = 0.5 * (1 + math.tanh(lean / 2))
    steps = questionnaire.high - questionnaire.low
    shares = tuple(
        math.comb(steps, step) * p**step * (1 - p) ** (steps - step) for step in range(steps + 1)
    )
    return Answer(item.id, questionnaire.low + steps * p, shares)


@dataclass(frozen=True, slots=True)
class _Nobody:
    """What the model would answer as nobody in particular, each question asked once."""

    speaker: Speaker
    known: dict[tuple[str, str, tuple[str, ...]], tuple[float, ...]] = field(default_factory=dict)

    def log_probs(
        self, persona: Persona, question: str, options: tuple[str, ...]
    ) -> tuple[float, ...]:
        key = persona.name, question, options
        if key not in self.known:
            bare = without_persona(Scene(persona=persona, user=USER)).said(USER, question)
            self.known[key] = log_probs_of(self.speaker, bare, options)
        return self.known[key]


def log_probs_of(speaker: Speaker, scene: Scene, options: tuple[str, ...]) -> tuple[float, ...]:
    """The total log-probability of each option as the reply to `scene`."""
    asked = AskedQuestion(Question(id="", scene=scene, options=options))
    answer = Choosing(speaker, "total").answer(asked, seed=0, cancel=threading.Event())
    return tuple(answer.to_dict()["log_likelihoods"])


def answer_of(questionnaire: Questionnaire, item: Item, log_probs: Sequence[float]) -> Answer:
    """Log-probabilities of the numbers as an answer; they need not sum to anything."""
    shares = softmax(log_probs)
    value = sum(point * share for point, share in zip(questionnaire.points, shares, strict=True))
    return Answer(item.id, value, shares)


def by_grammar(questionnaire: Questionnaire, speaker: Speaker, asking: Asking) -> Ask:
    """The number that the model draws where it can draw nothing else. Raises CapabilityError."""
    require(speaker.lm, ("grammar",), "Asking by a grammar")
    # The longer first: with 10 among them, 1 must not end the choice.
    numbers = sorted((str(point) for point in questionnaire.points), key=len, reverse=True)
    grammar = "root ::= " + " | ".join(f'"{number}"' for number in numbers)

    def ask(scene: Scene, item: Item) -> Answer:
        question = choice_question(questionnaire, item, asking.wording)
        request = speaker.request(scene.said(USER, question))
        return drawn(speaker, request, grammar, item, asking)

    return ask


def drawn(speaker: Speaker, request: Request, grammar: str, item: Item, asking: Asking) -> Answer:
    """One number under the grammar; an answer without value where the model wrote none."""
    sampling = Sampling(
        temperature=asking.temperature,
        top_p=1.0,
        top_k=0,
        min_p=0.0,
        seed=sample_seed(asking.seed, item.id),
        max_tokens=8,
    )
    text = speaker.lm.generate(replace(request, grammar=grammar, sampling=sampling)).text.strip()
    try:
        return Answer(item.id, float(int(text)), text=text)
    except ValueError:
        return Answer(item.id, None, text=text)


def by_interview(questionnaire: Questionnaire, speaker: Speaker, nli: Nli, asking: Asking) -> Ask:
    """What the character replies, read by inference: see `read_reply`."""

    def ask(scene: Scene, item: Item) -> Answer:
        asked = scene.said(USER, interview_question(questionnaire, item))
        reply = speaker.reply(asked, seed=sample_seed(asking.seed, item.id))
        return read_reply(questionnaire, item, reply.text, nli)

    return ask


def read_reply(questionnaire: Questionnaire, item: Item, text: str, nli: Nli) -> Answer:
    """How far a reply agrees with an item: the middle of the range, and from there half of it times
    P(the reply entails the statement) - P(it contradicts it). No value for an empty reply."""
    if not text.strip():
        return Answer(item.id, None, text=text)
    entails, _, contradicts = (float(one) for one in nli.classify([(text, item.text)])[0])
    half = (questionnaire.high - questionnaire.low) / 2
    return Answer(item.id, questionnaire.low + half * (1 + entails - contradicts), text=text)


def mean_answers(askings: Sequence[Sequence[Answer]]) -> list[Answer]:
    """The mean of several askings of the same items: orders or wordings whose likings cancel."""
    found = []
    for same in zip(*askings, strict=True):
        values = [one.value for one in same if one.value is not None]
        shares = _mean_shares([one.probabilities for one in same])
        value = sum(values) / len(values) if values else None
        found.append(Answer(same[0].item, value, shares))
    return found


def _mean_shares(rows: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
    held = list(rows)
    return tuple(sum(column) / len(held) for column in zip(*held, strict=True))


def _question(questionnaire: Questionnaire, item: Item, asking: Asking) -> str:
    if asking.way == "interview":
        return interview_question(questionnaire, item)
    if asking.way == "statement":
        return opening_question(questionnaire, asking.wording)
    return choice_question(questionnaire, item, asking.wording)


def _number(answer: Answer, questionnaire: Questionnaire) -> str:
    """The likeliest number, as the character would have said it."""
    if not answer.probabilities:
        return ""
    best = max(range(len(answer.probabilities)), key=answer.probabilities.__getitem__)
    return str(questionnaire.points[best])
