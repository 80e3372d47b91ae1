"""The user: a goal, an agenda of acts to get there, and words to say them in.

As ConvLab-2's agenda policy works: acts are pushed and popped by rules on what the system said; the
user closes when nothing is left, and gives up after `MOST_TURNS`.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field

from personae.evaluate.task_dialogue.acts import Act, Acts
from personae.evaluate.task_dialogue.domain import Domain, Service, Slot

MOST_TURNS = 20
ACTS_A_TURN = 2
TYPO_CHANCE = 0.08  # of a value that is said
RARE_CHANCE = 0.15  # that a value is said by a word that no list has, where there is one
TWO_SERVICES, BOOKS, DEAD_END = 0.5, 0.75, 0.25


@dataclass(frozen=True, slots=True)
class Errand:
    """What the user wants of one service. `first_try` are constraints that nothing meets."""

    constraints: Mapping[str, str]
    requests: tuple[str, ...]
    booking: Mapping[str, str]
    first_try: Mapping[str, str] = field(default_factory=dict)


Goal = Mapping[str, Errand]


def draw_goal(domain: Domain, rng: random.Random) -> Goal:
    """A goal that can be reached: constraints of an entity that exists."""
    names = list(domain.services)
    rng.shuffle(names)
    count = 2 if len(names) > 1 and rng.random() < TWO_SERVICES else 1
    return {name: _errand(domain.services[name], rng) for name in names[:count]}


def _errand(service: Service, rng: random.Random) -> Errand:
    entity = rng.choice(service.entities)
    slots = list(service.constraints)
    kept = rng.sample(slots, rng.randint(2, len(slots)) if len(slots) > 1 else 1)
    constraints = {slot: entity[slot] for slot in slots if slot in kept}
    requests = tuple(rng.sample(service.attributes, rng.randint(1, len(service.attributes))))
    booking = {
        name: rng.choice(list(slot.known)) for name, slot in service.booking.items()
    } if rng.random() < BOOKS else {}  # fmt: skip
    slot = rng.choice(list(constraints))
    dead = [
        value for value in service.constraints[slot].known
        if not service.matching({**constraints, slot: value})
    ]  # fmt: skip
    first = {slot: rng.choice(dead)} if dead and rng.random() < DEAD_END else {}
    return Errand(constraints, requests, booking, first)


class User:
    """A simulated user of one goal. `answer` gives the acts of the next turn; empty: they left.

    `complete` says whether the user got all that was wanted, as far as they can tell themselves.
    """

    def __init__(self, domain: Domain, goal: Goal, rng: random.Random) -> None:
        self._domain, self.goal, self._rng = domain, goal, rng
        self.complete, self.turns = False, 0
        self.asked: set[tuple[str, str]] = set()
        self.informed: dict[tuple[str, str], str] = {}
        self.booked: dict[str, str] = {}
        self._offered: dict[str, str] = {}
        self._wish = {
            name: {**errand.constraints, **errand.first_try} for name, errand in goal.items()
        }
        self._agenda: list[Act] = []
        for name, errand in reversed(list(goal.items())):
            tail = [Act("request", name, slot) for slot in errand.requests]
            if errand.booking:
                tail += [Act("book", name)]
                tail += [Act("inform", name, slot, v) for slot, v in errand.booking.items()]
            wishes = [Act("inform", name, slot, v) for slot, v in self._wish[name].items()]
            rng.shuffle(wishes)
            self._agenda += reversed([Act("want", name), *wishes, *tail])

    def answer(self, heard: Acts) -> Acts:
        """React to the system's acts and say the next thing on the agenda."""
        self.turns += 1
        for act in heard:
            self._react(act)
        if self.turns > MOST_TURNS:
            return ()
        if not self._agenda and self._is_done():
            self.complete = True
            return ()
        if not self._agenda:
            self._ask_again()
        return self._popped()

    def _popped(self) -> Acts:
        said = [self._agenda.pop()]
        follows = "request" if said[0].intent == "request" else "inform"
        most = ACTS_A_TURN + (said[0].intent == "want")
        while self._agenda and len(said) < most:
            act = self._agenda[-1]
            if act.intent != follows or act.service != said[0].service:
                break
            said.append(self._agenda.pop())
        self.asked |= {(act.service, act.slot) for act in said if act.intent == "request"}
        return tuple(said)

    def _react(self, act: Act) -> None:
        name = act.service
        errand = self.goal.get(name)
        if errand is None:
            return
        if act.intent == "request":
            value = {**errand.booking, **self._wish[name]}.get(act.slot, "")
            self._push(Act("inform" if value else "any", name, act.slot, value))
        elif act.intent == "nooffer":
            self._dead_end(name, errand)
        elif act.intent == "offer":
            self._offered[name] = act.value
        elif act.intent == "inform" and act.slot in errand.constraints:
            if act.value != self._wish[name].get(act.slot, act.value):
                self._push(Act("inform", name, act.slot, self._wish[name][act.slot]))
        elif act.intent == "inform" and act.slot in self._domain.services[name].attributes:
            self.informed[name, act.slot] = act.value
            self._agenda = [a for a in self._agenda if a != Act("request", name, act.slot)]
        elif act.intent == "booked" and errand.booking:
            self.booked[name] = self._offered.get(name, "")
            gone = {Act("book", name)} | {
                Act("inform", name, s, v) for s, v in errand.booking.items()
            }
            self._agenda = [a for a in self._agenda if a not in gone]

    def _dead_end(self, name: str, errand: Errand) -> None:
        """Nothing fits: take the fallback where there is one, else say all of it again."""
        changed = {
            slot: errand.constraints[slot]
            for slot, value in errand.first_try.items()
            if self._wish[name][slot] == value
        }
        self._wish[name].update(changed)
        for slot, value in (changed or self._wish[name]).items():
            self._push(Act("inform", name, slot, value))

    def _push(self, act: Act) -> None:
        self._agenda = [one for one in self._agenda if one != act]
        self._agenda.append(act)

    def _open(self) -> list[Act]:
        found = []
        for name, errand in self.goal.items():
            if errand.booking and name not in self.booked:
                found.append(Act("book", name))
            found += [
                Act("request", name, slot)
                for slot in errand.requests
                if (name, slot) not in self.informed
            ]
        return found

    def _is_done(self) -> bool:
        return not self._open()

    def _ask_again(self) -> None:
        for act in reversed(self._open()[:ACTS_A_TURN]):
            self._push(act)


def worded(acts: Acts, domain: Domain, rng: random.Random, part: slice = slice(None)) -> str:
    """The acts as a user says them, clause by clause; `part` chooses among the templates."""
    clauses = [clause(act, domain, rng, part) for act in acts]
    return ", ".join(clauses)


def clause(
    act: Act, domain: Domain, rng: random.Random, part: slice = slice(None), *, clean: bool = False
) -> str:
    """One act in words; `clean`: without typos and rare words."""
    service = domain.services.get(act.service)
    if act.intent == "inform" and service is not None:
        slot = service.slots[act.slot]
        return rng.choice(slot.say[part]).format(_word(slot, act.value, rng, clean))
    template = rng.choice(domain.user[act.intent][part])
    if act.intent == "want" and service is not None:
        return template.format(rng.choice(service.words))
    return template.format(act.slot)


def _word(slot: Slot, value: str, rng: random.Random, clean: bool) -> str:
    rare = slot.rare.get(value, ())
    if rare and not clean and rng.random() < RARE_CHANCE:
        return rng.choice(rare)
    word = rng.choice(slot.known[value])
    if clean or len(word) < 4 or rng.random() >= TYPO_CHANCE:
        return word
    at = rng.randrange(1, len(word) - 1)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
