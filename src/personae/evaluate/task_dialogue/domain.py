"""A domain: services with slots and entities, and the words in which people and systems speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from personae.formats.yaml_text import parse_yaml_text
from personae.text.parsing import Place, Record, read_text

TRAVEL = Path(__file__).parent / "travel.yaml"
MAX_DOMAIN_BYTES, MAX_DEPTH = 4 * 2**20, 16
USER_ACTS = ("want", "request", "book", "any", "bye")
SYSTEM_ACTS = ("offer", "inform", "nooffer", "booked", "more", "bye")
# What may stand in a template: of the system by name, of the user one thing.
GAPS = ("service", "slot", "value", "name", "facts")
_ONE = ("", "0")


@dataclass(frozen=True, slots=True)
class Slot:
    """What can be said of it: `known[value]` are words that a list has, `rare[value]` others."""

    name: str
    say: tuple[str, ...]
    ask: str
    heard: tuple[str, ...]
    known: Mapping[str, tuple[str, ...]]
    rare: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Service:
    """One thing to look for and book."""

    name: str
    words: tuple[str, ...]
    constraints: Mapping[str, Slot]
    booking: Mapping[str, Slot]
    attributes: tuple[str, ...]
    entities: tuple[Mapping[str, str], ...]

    @property
    def slots(self) -> Mapping[str, Slot]:
        """Slots that the user fills, for looking and for booking."""
        return {**self.constraints, **self.booking}

    def matching(self, wishes: Mapping[str, str]) -> list[Mapping[str, str]]:
        """The entities that meet the wishes about constraints; an empty one is met by all."""
        asked = {slot: v for slot, v in wishes.items() if slot in self.constraints and v}
        return [one for one in self.entities if all(one[slot] == v for slot, v in asked.items())]

    def entity(self, name: str) -> Mapping[str, str]:
        """The entity of a name; empty where there is none."""
        return next((one for one in self.entities if one["name"] == name), {})


@dataclass(frozen=True, slots=True)
class Domain:
    """All services, and templates by act. Made by `open_domain`."""

    name: str
    services: Mapping[str, Service]
    user: Mapping[str, tuple[str, ...]]
    system: Mapping[str, tuple[str, ...]]

    def slots(self) -> Iterator[tuple[Service, Slot]]:
        """Every slot of every service."""
        return ((one, slot) for one in self.services.values() for slot in one.slots.values())


def open_domain(file: Path = TRAVEL) -> Domain:
    """Read a domain. Raises FormatError that names what is missing or does not fit."""
    text = read_text(file, MAX_DOMAIN_BYTES)
    value, _ = parse_yaml_text(text, file, what="domain", max_depth=MAX_DEPTH)
    top = Record.of(value, Place(file), "domain")
    services = {
        str(name): _service(str(name), Record.of(one, top.place, f"service {name!r}"))
        for name, one in top.record("services").fields.items()
    }
    if not services:
        raise top.place.fault("The domain has no services.")
    user, system = (
        {act: _templates(top.record(side), act, gaps) for act in acts}
        for side, acts, gaps in (("user", USER_ACTS, _ONE), ("system", SYSTEM_ACTS, GAPS))
    )
    return Domain(top.text("name"), services, user, system)


def _service(name: str, record: Record) -> Service:
    constraints, booking = (
        {
            str(slot): _slot(str(slot), Record.of(one, record.place, f"slot {slot!r}"))
            for slot, one in record.record(part).fields.items()
        }
        for part in ("constraints", "booking")
    )
    columns, attributes = record.texts("columns"), record.texts("attributes")
    needed = ("name", *constraints, *attributes)
    if not constraints or sorted(columns) != sorted(needed):
        raise record.place.fault(
            f"The columns of {name!r} must be its name, constraints and attributes: "
            f"{', '.join(needed)}."
        )
    entities = tuple(_entity(name, columns, row, constraints, record) for row in _rows(record))
    return Service(name, _some(record, "words"), constraints, booking, attributes, entities)


def _rows(record: Record) -> list[Any]:
    rows = record.items("entities", required=True)
    if not rows:
        raise record.place.fault("A service has no entities.")
    return rows


def _entity(
    service: str, columns: tuple[str, ...], row: Any, constraints: Mapping[str, Slot],
    record: Record,
) -> Mapping[str, str]:  # fmt: skip
    if not isinstance(row, list) or len(row) != len(columns):
        raise record.place.fault(f"A row of {service!r} does not have {len(columns)} columns.")
    found = dict(zip(columns, map(str, row), strict=True))
    for slot, told in constraints.items():
        if found[slot] not in told.known:
            raise record.place.fault(
                f"{found['name']!r} has the {slot} {found[slot]!r}, which is no value of it."
            )
    return found


def _slot(name: str, record: Record) -> Slot:
    known, rare = dict[str, tuple[str, ...]](), dict[str, tuple[str, ...]]()
    for value, words in record.record("values").fields.items():
        told = Record.of(words, record.place, f"value {value!r}")
        known[str(value)] = _some(told, "known")
        rare[str(value)] = tuple(map(str, told.items("rare")))
    if not known:
        raise record.place.fault(f"The slot {name!r} has no values.")
    say, heard = _templates(record, "say", _ONE), _some(record, "heard")
    return Slot(name, say, record.text("ask"), heard, known, rare)


def _templates(record: Record, key: str, gaps: Sequence[str]) -> tuple[str, ...]:
    """One or more texts in which only these gaps stand, plain; `_ONE` is a nameless one."""
    texts = _some(record, key)
    for text in texts:
        try:
            found = [part[1:] for part in Formatter().parse(text) if part[1] is not None]
        except ValueError as error:
            raise record.place.fault(f"The template {text[:60]!r} is broken: {error}.") from error
        names = [name for name, *_ in found]
        is_plain = all(not spec and not conversion for _, spec, conversion in found)
        if not is_plain or not set(names) <= set(gaps) or (gaps is _ONE and len(names) > 1):
            told = "one {}" if gaps is _ONE else ", ".join(f"{{{gap}}}" for gap in gaps)
            raise record.place.fault(
                f"The template {text[:60]!r} has other gaps than it may have: {told}."
            )
    return texts


def _some(record: Record, key: str) -> tuple[str, ...]:
    """A list of one or more texts (a number is a text too)."""
    values = tuple(map(str, record.items(key, required=True)))
    if not values:
        raise record.place.fault(f"The list {key!r} is empty.")
    return values
