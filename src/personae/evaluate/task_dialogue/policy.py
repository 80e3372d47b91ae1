"""From beliefs to the system's acts: by rules, or learned against the simulated user."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from personae.data import stable_id
from personae.evaluate.task_dialogue.acts import Act, Acts, State
from personae.evaluate.task_dialogue.domain import Domain, Service

Policy: TypeAlias = Callable[[State], Acts]
FEW = 3  # as many matches are offered at once, without another question


def by_rules(domain: Domain) -> Policy:
    """Answer what was asked, say that nothing fits, book, narrow down, or offer — in this order."""
    return _acting(domain, chosen_by_rules)


def _acting(domain: Domain, choose: Callable[[Service, State], str]) -> Policy:
    """The chosen action about the service that is talked about, or what is said without one."""

    def act(state: State) -> Acts:
        service = domain.services.get(state.service)
        if state.ended or service is None:
            return (Act("bye"),) if state.ended else (Act("more"),)
        return ACTIONS[choose(service, state)](service, state)

    return act


def chosen_by_rules(service: Service, state: State) -> str:
    """The name of the action that the rules take."""
    wishes, found = state.wishes(service.name), service.matching(state.wishes(service.name))
    if not found:
        return "nooffer"
    if _pending(service, state):
        return "answer"
    if service.name in state.booking and service.name not in state.booked:
        return "ask-booking" if any(s not in wishes for s in service.booking) else "book"
    told = any(act.intent in ("inform", "any", "want") for act in state.heard)
    is_new = state.offered.get(service.name) not in {one["name"] for one in found}
    if len(found) > FEW and any(slot not in wishes for slot in service.constraints) and told:
        return "ask"
    return "offer" if is_new or told else "more"


def _pending(service: Service, state: State) -> list[str]:
    return [slot for name, slot in state.requested if name == service.name]


def _entity(service: Service, state: State) -> Mapping[str, str]:
    """What was offered, while it still fits, else the first that fits."""
    found = service.matching(state.wishes(service.name))
    kept = [one for one in found if one["name"] == state.offered.get(service.name)]
    return next(iter(kept or found), {})


def _offer(service: Service, state: State) -> Acts:
    entity = _entity(service, state)
    if not entity:
        return _nooffer(service, state)
    facts = (Act("inform", service.name, slot, entity[slot]) for slot in service.constraints)
    return (Act("offer", service.name, "name", entity["name"]), *facts)


def _answer(service: Service, state: State) -> Acts:
    entity = _entity(service, state)
    if not entity:
        return _nooffer(service, state)
    head = (Act("offer", service.name, "name", entity["name"]),)
    known = state.offered.get(service.name) == entity["name"]
    told = [Act("inform", service.name, slot, entity[slot]) for slot in _pending(service, state)]
    return (*(() if known else head), *told) or (Act("more"),)


def _book(service: Service, state: State) -> Acts:
    entity = _entity(service, state)
    if not entity:
        return _nooffer(service, state)
    number = stable_id("R", entity["name"], sorted(state.wishes(service.name).items()))[-6:].upper()
    return (
        Act("offer", service.name, "name", entity["name"]),
        Act("booked", service.name, "reference", number),
    )


def _nooffer(service: Service, state: State) -> Acts:
    return (Act("nooffer", service.name),)


def _ask(slots: Callable[[Service], Mapping[str, object]]) -> Callable[[Service, State], Acts]:
    def ask(service: Service, state: State) -> Acts:
        wishes = state.wishes(service.name)
        missing = [slot for slot in slots(service) if slot not in wishes]
        return (Act("request", service.name, missing[0]),) if missing else (Act("more"),)

    return ask


ACTIONS: dict[str, Callable[[Service, State], Acts]] = {
    "ask": _ask(lambda service: service.constraints),
    "ask-booking": _ask(lambda service: service.booking),
    "offer": _offer,
    "answer": _answer,
    "book": _book,
    "nooffer": _nooffer,
    "more": lambda service, state: (Act("more"),),
}
_NAMES = tuple(ACTIONS)


@dataclass(frozen=True, slots=True)
class Learned:
    """The values of actions by situation, learned from what came of them."""

    values: Mapping[tuple[object, ...], Mapping[str, float]]

    def best(self, key: tuple[object, ...]) -> str:
        """The action that is worth most; the first one of a situation never met."""
        known = self.values.get(key, {})
        return max(_NAMES, key=lambda name: known.get(name, 0.0))


def situation(service: Service, state: State) -> tuple[object, ...]:
    """What the learned policy sees of a state: counts and yes or no, no words and no values."""
    wishes, found = state.wishes(service.name), service.matching(state.wishes(service.name))
    offered = state.offered.get(service.name)
    return (
        sum(slot not in wishes for slot in service.constraints),
        sum(slot not in wishes for slot in service.booking)
        if service.name in state.booking
        else -1,
        min(len(found), FEW + 1),
        bool(_pending(service, state)),
        bool(offered) and offered in {one["name"] for one in found},
        service.name in state.booked,
        any(act.intent in ("inform", "any", "want") for act in state.heard),
    )


def learned(domain: Domain, table: Learned) -> Policy:
    """Act by a table that `learn` made."""
    return _acting(domain, lambda service, state: table.best(situation(service, state)))


def exploring(
    domain: Domain, table: dict[tuple[object, ...], dict[str, float]], share: float,
    rng: random.Random, visits: list[tuple[tuple[object, ...], str]],
) -> Policy:  # fmt: skip
    """The policy of a learner: the best action so far, or any; what it did is noted in `visits`."""

    def choose(service: Service, state: State) -> str:
        key = situation(service, state)
        name = rng.choice(_NAMES) if rng.random() < share else Learned(table).best(key)
        visits.append((key, name))
        return name

    return _acting(domain, choose)
