"""From acts to what is believed: by rules, forgetfully, or read by a model in the dialogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from personae.evaluate.task_dialogue.acts import Acts, State
from personae.evaluate.task_dialogue.domain import Domain, Service
from personae.evaluate.task_dialogue.nlu import filled, form_schema
from personae.lm.types import LanguageModel

Dst: TypeAlias = Callable[[State, Acts, str], State]


def by_rules(domain: Domain) -> Dst:
    """What is told replaces what was believed; what was asked for stays until it is answered."""

    def track(state: State, acts: Acts, text: str) -> State:
        beliefs = {name: dict(slots) for name, slots in state.beliefs.items()}
        return _tracked(state, acts, text, beliefs)

    return track


def forgetful(domain: Domain) -> Dst:
    """The lower bound: only what is told in this turn is believed."""
    return lambda state, acts, text: _tracked(state, acts, text, {})


def by_model(domain: Domain, lm: LanguageModel) -> Dst:
    """A language model reads the whole dialogue and fills a form with the beliefs.

    Only the beliefs about the service that is talked about: requests and bookings come from acts.
    """

    def track(state: State, acts: Acts, text: str) -> State:
        found = _tracked(state, acts, text, {n: dict(s) for n, s in state.beliefs.items()})
        service = domain.services.get(found.service)
        if service is None:
            return found
        form = filled(lm, _instruction(service, (*state.history, text)), form_schema(service))
        read = {name: form[name] for name, s in service.slots.items() if form.get(name) in s.known}
        return replace(found, beliefs={**found.beliefs, service.name: read})

    return track


def _tracked(state: State, acts: Acts, text: str, beliefs: dict[str, dict[str, str]]) -> State:
    service, requested, booking = state.service, list(state.requested), set(state.booking)
    for act in acts:
        service = act.service or service
        if act.intent == "inform":
            beliefs.setdefault(act.service, {})[act.slot] = act.value
        elif act.intent == "any":
            beliefs.setdefault(act.service, {})[act.slot] = ""
        elif act.intent == "request":
            requested.append((act.service, act.slot))
        elif act.intent == "book":
            booking.add(act.service)
    return replace(
        state, service=service, beliefs=beliefs, requested=tuple(dict.fromkeys(requested)),
        booking=frozenset(booking), heard=acts, ended=any(act.intent == "bye" for act in acts),
        history=(*state.history, text),
    )  # fmt: skip


def _instruction(service: Service, history: tuple[str, ...]) -> str:
    said = "\n".join(
        f"{'Customer' if at % 2 == 0 else 'Clerk'}: {text}" for at, text in enumerate(history)
    )
    slots = "; ".join(f"{name}: {', '.join(slot.known)}" for name, slot in service.slots.items())
    return (
        f"{said}\n\nWrite down what the customer wants of the {service.name}, and nothing else; "
        f"the last word counts.\n{slots}\nForm:"
    )
