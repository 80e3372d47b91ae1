"""What modules understand of real people: belief states of DSTC2 (bAbI dialogue task 6).

Each `api_call CUISINE LOCATION PRICE` of a dialogue says what the user wanted by then; a slot that
does not matter is `R_cuisine`, `R_location` or `R_price`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from personae.errors import FormatError
from personae.evaluate.task_dialogue.acts import State
from personae.evaluate.task_dialogue.domain import Domain, Slot
from personae.evaluate.task_dialogue.dst import Dst
from personae.evaluate.task_dialogue.nlu import Nlu
from personae.text.parsing import Place, lines

SERVICE = "restaurant"
# The slots of our town by their place in an API call, and what stands there for "any".
RELATIONS = {"food": "R_cuisine", "area": "R_location", "price": "R_price"}
SILENCE, CALL = "<SILENCE>", "api_call"


@dataclass(frozen=True, slots=True)
class Call:
    """What was said until an API call, the user first in each exchange, and what is wanted then."""

    exchanges: tuple[tuple[str, str], ...]
    wanted: dict[str, str]


def read_calls(file: Path) -> list[Call]:
    """The API calls of a file of task 6, in order. Raises FormatError for what is no such file."""
    found, exchanges = list[Call](), list[tuple[str, str]]()
    for place, line in lines(file):
        number, space, rest = line.partition(" ")
        if not line.strip():
            exchanges = []
            continue
        if not (space and number.isdigit()):
            raise place.fault("A line is no 'N user<TAB>system' and no fact.")
        user, tab, system = rest.partition("\t")
        if not tab:
            continue  # a fact of the knowledge base
        said = "" if user.strip() == SILENCE else user.strip().replace("_", " ")
        exchanges.append((said, system.strip()))
        if system.startswith(CALL):
            found.append(Call(tuple(exchanges), _wanted(system, place)))
    if not found:
        raise FormatError("There is no api_call in the file.", file=file)
    return found


def _wanted(call: str, place: Place) -> dict[str, str]:
    values = call.split()[1:]
    if len(values) != len(RELATIONS):
        raise place.fault(f"An api_call has {len(values)} values, not {len(RELATIONS)}.")
    named = zip(RELATIONS, values, strict=True)
    return {slot: v.replace("_", " ") for slot, v in named if v != RELATIONS[slot]}


def with_values(domain: Domain, candidates: Path) -> Domain:
    """Our town with the values of every API call in a file of candidates, for its restaurants.

    Words that our town knows for a value stay. Raises FormatError for what is no such file.
    """
    values: dict[str, dict[str, None]] = {slot: {} for slot in RELATIONS}
    for place, line in lines(candidates):
        _, _, said = line.partition(" ")
        if said.startswith(CALL):
            for slot, value in _wanted(said, place).items():
                values[slot][value] = None
    missing = [slot for slot, found in values.items() if not found]
    if missing:
        raise FormatError(f"No api_call of the file names a {missing[0]}.", file=candidates)
    service = domain.services[SERVICE]
    slots = {name: _valued(service.constraints[name], tuple(values[name])) for name in RELATIONS}
    return replace(domain, services={SERVICE: replace(service, constraints=slots, entities=())})


def _valued(slot: Slot, values: Sequence[str]) -> Slot:
    known = {one: tuple(dict.fromkeys((one, *slot.known.get(one, ())))) for one in values}
    return replace(slot, known=known, rare={})


def right_calls(
    calls: Sequence[Call], nlu: Nlu, dst: Dst
) -> Iterator[tuple[bool, dict[str, bool]]]:
    """For each call whether all beliefs are right, and which slots are."""
    rng = random.Random("real")
    for call in calls:
        state = State(service=SERVICE)
        for user, system in call.exchanges:
            state = dst(state, nlu(user, state, rng), user)
            state = replace(state, history=(*state.history, system))
        believed = {slot: v for slot, v in state.wishes(SERVICE).items() if v and slot in RELATIONS}
        slots = {slot: believed.get(slot) == call.wanted.get(slot) for slot in RELATIONS}
        yield all(slots.values()), slots
