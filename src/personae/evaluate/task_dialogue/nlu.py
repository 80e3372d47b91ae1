"""From the user's words to acts: rules with a word list, learned by examples, a language model,
and any of them with noise."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from personae.evaluate.task_dialogue.acts import Act, Acts, State
from personae.evaluate.task_dialogue.domain import Domain, Service
from personae.evaluate.task_dialogue.nlg import questions
from personae.evaluate.task_dialogue.user import clause
from personae.lm.types import LanguageModel, Message, Request, Sampling

if TYPE_CHECKING:
    from personae.encoders.types import Embedder

# (what the user says, the state before it, chance) → acts
Nlu: TypeAlias = Callable[[str, State, random.Random], Acts]

_CLAUSES = re.compile(r"\s*[,.;!?]\s*|\s+and\s+(?=(?:i|it|the|in|on|what|can|please)\b)", re.I)
_BOOK = re.compile(r"\b(?:book|booking|reserve|reservation)\b", re.I)
_BYE = re.compile(r"\b(?:bye|goodbye|that (?:is|was) all|that was all|thanks?)\b", re.I)
_ANY = re.compile(
    r"\b(?:any|no preference|do not (?:mind|care)|don'?t (?:mind|care)|"
    r"(?:does not|doesn'?t) matter)\b", re.I,
)  # fmt: skip
_ASKS = re.compile(r"\b(?:what|can i have|tell me|need their|may i|could i)\b", re.I)
LIKE_ENOUGH = 0.55  # cosine to the nearest example from which a clause is understood
EXAMPLES_A_CLASS = 16  # drawn; what is drawn twice counts once


def by_rules(domain: Domain) -> Nlu:
    """Word lists and patterns; words that are in no list, and typos, are not understood."""
    words = {
        (service.name, slot.name, value): _pattern(known)
        for service, slot in domain.slots()
        for value, known in slot.known.items()
    }
    wanted = {one.name: _pattern(one.words) for one in domain.services.values()}

    def understand(text: str, state: State, rng: random.Random) -> Acts:
        named = [name for name, pattern in wanted.items() if pattern.search(text)]
        found = [Act("want", name) for name in named]
        service = named[0] if named else state.service or next(iter(domain.services))
        for part in _CLAUSES.split(text):
            found += _read(part, domain.services[service], words, state)
        return tuple(dict.fromkeys(found))

    return understand


def _read(
    part: str, service: Service, words: dict[tuple[str, str, str], re.Pattern[str]], state: State
) -> Iterator[Act]:
    if _ANY.search(part):
        # A bare "any" is about what the clerk has just asked.
        before = questions(state.history[-1] if state.history else "", service)
        named = [s for s in service.slots if _pattern([s]).search(part)]
        for slot in named or [act.slot for act in before]:
            yield Act("any", service.name, slot)
        return
    if _ASKS.search(part) and not _BOOK.search(part):
        asked = [s for s in service.attributes if _pattern([s]).search(part)]
        yield from (Act("request", service.name, slot) for slot in asked)
        if asked:
            return
    if _BOOK.search(part):
        yield Act("book", service.name)
    if _BYE.search(part):
        yield Act("bye")
    found = [
        (match.span(), Act("inform", name, slot, value))
        for (name, slot, value), pattern in words.items()
        if name == service.name and (match := pattern.search(part))
    ]
    for (start, end), act in sorted(found, key=lambda one: one[0]):
        # "north american" is no part of town: a word within a longer one says nothing.
        if not any(a <= start and end <= b and (a, b) != (start, end) for (a, b), _ in found):
            yield act


def _pattern(words: Any) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.I)


def by_examples(domain: Domain, embedder: Embedder, seed: int = 0) -> Nlu:
    """The nearest example clause by the sentence embedder: learned from templates alone.

    It is shown the first half of the templates and the words of the lists, never a rare one.
    """
    import numpy as np

    rng, half = random.Random(f"nlu {seed}"), slice(None, None, 2)
    drawn = (
        (act, clause(act, domain, rng, half, clean=True))
        for act in _every_act(domain)
        for _ in range(EXAMPLES_A_CLASS)
    )
    examples = list(dict.fromkeys(drawn))
    acts = [act for act, _ in examples]
    vectors = embedder.embed([text for _, text in examples])
    services = np.array([act.service for act in acts])
    wants = np.array([act.intent == "want" for act in acts])

    def understand(text: str, state: State, rng: random.Random) -> Acts:
        parts = [part for part in _CLAUSES.split(text) if part.strip()]
        if not parts:
            return ()
        near = embedder.embed(parts) @ vectors.T
        service, found = state.service, list[Act]()
        for row in near:
            is_near = (services == service) | (services == "") | wants if service else True
            best = int(np.where(is_near, row, -1).argmax())
            if row[best] >= LIKE_ENOUGH:
                found.append(acts[best])
                service = acts[best].service or service
        return tuple(dict.fromkeys(found))

    return understand


def _every_act(domain: Domain) -> Iterator[Act]:
    """Every act that a user can take."""
    yield Act("bye")
    for service in domain.services.values():
        yield Act("want", service.name)
        yield Act("book", service.name)
        yield from (Act("request", service.name, slot) for slot in service.attributes)
        for slot in service.slots.values():
            yield Act("any", service.name, slot.name)
            yield from (Act("inform", service.name, slot.name, v) for v in slot.known)


def with_noise(nlu: Nlu, domain: Domain, share: float) -> Nlu:
    """Another module whose slots are lost or mistaken, each with the chance `share`."""

    def understand(text: str, state: State, rng: random.Random) -> Acts:
        return tuple(
            noisy
            for act in nlu(text, state, rng)
            if (noisy := _disturbed(act, domain, share, rng)) is not None
        )

    return understand


def _disturbed(act: Act, domain: Domain, share: float, rng: random.Random) -> Act | None:
    if act.intent not in ("inform", "request") or rng.random() >= share:
        return act
    if rng.random() < 0.5:
        return None
    service = domain.services[act.service]
    if act.intent == "request":
        return Act("request", act.service, rng.choice(service.attributes))
    return Act("inform", act.service, act.slot, rng.choice(list(service.slots[act.slot].known)))


def by_model(domain: Domain, lm: LanguageModel) -> Nlu:
    """A language model fills a form whose values are the domain's: nothing else can be written.

    It is shown three filled forms; which service is talked about is read by the rules.
    """
    shown = {name: _examples(domain, one) for name, one in domain.services.items()}
    rules = by_rules(domain)

    def understand(text: str, state: State, rng: random.Random) -> Acts:
        named = [act for act in rules(text, state, rng) if act.intent == "want"]
        service = domain.services[
            named[0].service if named else state.service or next(iter(domain.services))
        ]
        before = f"The clerk said: {state.history[-1]}\n" if state.history else ""
        asked = f"{shown[service.name]}\n\n{before}The customer says: {text}\nForm:"
        form = filled(lm, asked, form_schema(service, asks=True))
        return (*named, *_acts_of(form, service))

    return understand


def form_schema(service: Service, *, asks: bool = False) -> dict[str, Any]:
    """A JSON schema of the slots, each left out where nothing was said; `asks`: questions too."""
    fields: dict[str, Any] = {name: {"enum": list(s.known)} for name, s in service.slots.items()}
    if asks:
        fields["asks"] = {"enum": list(service.attributes)}
        fields["books"] = {"enum": [True]}
    return {"type": "object", "properties": fields, "required": [], "additionalProperties": False}


def _examples(domain: Domain, service: Service) -> str:
    """What the form is, and three customers with theirs, drawn from the domain's own words."""
    rng = random.Random(f"examples {service.name}")
    slots = list(service.slots.values())
    wishes = [
        Act("inform", service.name, slot.name, rng.choice(list(slot.known)))
        for slot in (slots[0], slots[1], slots[-1])
    ]
    asked = Act("request", service.name, service.attributes[0])
    turns = [wishes[:2], [asked], [Act("book", service.name), wishes[2]]]
    told = [
        f"The customer says: {', '.join(clause(a, domain, rng, clean=True) for a in acts)}\n"
        f"Form: {json.dumps(_form(acts))}"
        for acts in turns
    ]
    return (
        f"A customer talks to a clerk about a {service.name}. Write down what the customer says, "
        "and nothing else.\n\n" + "\n\n".join(told)
    )


def _form(acts: list[Act]) -> dict[str, Any]:
    form: dict[str, Any] = {act.slot: act.value for act in acts if act.intent == "inform"}
    for act in acts:
        if act.intent == "request":
            form["asks"] = act.slot
        elif act.intent == "book":
            form["books"] = True
    return form


def filled(lm: LanguageModel, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The form that the model fills; empty where it is cut off."""
    request = Request(
        messages=(Message("user", text),), schema=schema,
        sampling=Sampling(temperature=0, max_tokens=120), replayable=True,
    )  # fmt: skip
    try:
        value = json.loads(lm.generate(request).text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _acts_of(form: dict[str, Any], service: Service) -> Iterator[Act]:
    if form.get("books") is True:
        yield Act("book", service.name)
    for name, slot in service.slots.items():
        if form.get(name) in slot.known:
            yield Act("inform", service.name, name, form[name])
    if form.get("asks") in service.attributes:
        yield Act("request", service.name, form["asks"])
