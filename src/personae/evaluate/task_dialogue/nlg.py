"""From the system's acts to words, and what the user understands of them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from personae.evaluate.task_dialogue.acts import Act, Acts
from personae.evaluate.task_dialogue.domain import Domain, Service
from personae.lm.types import LanguageModel, Message, Request, Sampling

Nlg: TypeAlias = Callable[[Acts, random.Random], str]
_REFERENCE = re.compile(r"\b[0-9A-F]{6}\b")
_NOTHING = re.compile(
    r"\b(?:sorry|unfortunately|no (?:restaurant|hotel|place|match)\b|nothing)", re.I
)


def by_template(domain: Domain, number: int = 0) -> Nlg:
    """The first template of each act, or the `number`-th: BLEU compares with the others."""

    def say(acts: Acts, rng: random.Random) -> str:
        return " ".join(_sentences(acts, domain, number))

    return say


def _sentences(acts: Acts, domain: Domain, number: int) -> Iterator[str]:
    offer = next((act for act in acts if act.intent == "offer"), None)
    books = any(act.intent == "booked" for act in acts)
    for act in acts:
        service = domain.services.get(act.service)
        fields = {
            "service": act.service, "slot": act.slot, "value": act.value,
            "name": offer.value if offer else "it", "facts": "",
        }  # fmt: skip
        if act.intent == "request" and service is not None:
            yield service.slots[act.slot].ask
        elif act.intent == "offer":
            facts = [a.value for a in acts if a.intent == "inform" and _is_fact(a, service)]
            fields["facts"] = ", ".join(facts)
            if facts:
                yield _template(domain, "offer", number).format(**fields)
            elif not (books and "{name}" in _template(domain, "booked", number)):
                yield f"{act.value}."
        elif not (act.intent == "inform" and offer and _is_fact(act, service)):
            yield _template(domain, act.intent, number).format(**fields)


def _is_fact(act: Act, service: Service | None) -> bool:
    return service is not None and act.slot in service.constraints


def _template(domain: Domain, intent: str, number: int) -> str:
    templates = domain.system[intent]
    return templates[number % len(templates)]


def terse(domain: Domain) -> Nlg:
    """Keywords and values, as a log would have them: unlike anything that people say."""

    def say(acts: Acts, rng: random.Random) -> str:
        parts = []
        for act in acts:
            service = domain.services.get(act.service)
            if act.intent == "request" and service is not None:
                parts.append(f"{service.slots[act.slot].heard[0]}?")
            elif act.intent == "nooffer":
                parts.append("nothing.")
            elif act.value:
                parts.append(f"{act.value};")
            else:
                parts.append(f"{act.intent}.")
        return " ".join(parts)

    return say


def by_model(domain: Domain, lm: LanguageModel) -> Nlg:
    """A language model says the acts, told as a list, in its own words."""
    plain = by_template(domain)

    def say(acts: Acts, rng: random.Random) -> str:
        text = (
            "You are a friendly clerk on the phone. Say this to the customer in one or two short "
            f"sentences of your own, and keep every name and number: {plain(acts, rng)}"
        )
        request = Request(
            messages=(Message("user", text),), replayable=True,
            sampling=Sampling(temperature=0.3, max_tokens=70, seed=rng.getrandbits(31)),
        )  # fmt: skip
        return lm.generate(request).text.strip().strip('"')

    return say


def heard(text: str, domain: Domain, service: str) -> Acts:
    """What the user understands: names, values, references and questions, by word lists.

    `service` is what was talked about; a name of another service changes it.
    """
    found: list[Act] = []
    names = {one["name"]: kind.name for kind in domain.services.values() for one in kind.entities}
    named = [name for name in names if name.lower() in text.lower()]
    service = names[named[0]] if named else service
    told = domain.services[service]
    found += [Act("offer", service, "name", name) for name in named[:1]]
    found += _attributes(text, told)
    if named:
        found += _facts(text, told)
    if match := _REFERENCE.search(text):
        found.append(Act("booked", service, "reference", match[0]))
    if not named and not found and _NOTHING.search(text):
        found.append(Act("nooffer", service))
    if not named and "?" in text:
        found += questions(text, told)
    return tuple(found)


def _attributes(text: str, service: Service) -> Iterator[Act]:
    for slot in service.attributes:
        values = sorted({one[slot] for one in service.entities if one[slot] in text}, key=len)
        if values:
            yield Act("inform", service.name, slot, values[-1])


def _facts(text: str, service: Service) -> Iterator[Act]:
    for slot in service.constraints.values():
        for value in slot.known:
            if re.search(rf"\b{re.escape(value)}\b", text, re.I):
                yield Act("inform", service.name, slot.name, value)
                break


def questions(text: str, service: Service) -> Iterator[Act]:
    """The slot that a text asks about, as a request; nothing where it names none."""
    for slot in service.slots.values():
        if any(word in text.lower() for word in slot.heard):
            yield Act("request", service.name, slot.name)
            return
