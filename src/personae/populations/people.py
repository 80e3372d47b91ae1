"""People drawn from a population's tables, with temper, values and habits, without contradiction.

After PERSONA (Castricato et al. 2024, S034): demographics first, then what a census does not ask,
then what contradicts itself is dropped. Here a rule drops it, not a language model, and only the
habit is drawn again, so that the shares of the demographics stay those of the tables.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from personae.data import Persona
from personae.data.persona import Ocean, Provenance, Traits
from personae.errors import InvalidOption
from personae.populations import shipped

TRAITS = ("openness", "conscientiousness", "extraversion", "agreeableness", "neuroticism")
VALUES = ("tradition", "nature", "community")
EXTRAS = ("hobby", "lifestyle", "quirk", "mannerism")
SPREAD = 0.22  # standard deviation of a trait around one half
NO_VIEW = "no strong view"
INTERNAL = ("stage", "work", "schooled")  # only other tables ask for these
NAMES = {
    "female": ("Alma", "Bea", "Carla", "Dana", "Edith", "Faye", "Gloria", "Hazel", "Ines", "June",
               "Kayla", "Lena", "Maya", "Nora", "Opal", "Paula", "Rita", "Sonia", "Tess", "Vera"),
    "male": ("Abel", "Boyd", "Carl", "Dean", "Eli", "Frank", "Gus", "Hank", "Ivan", "Joel",
             "Kurt", "Leon", "Mario", "Ned", "Otis", "Pete", "Ray", "Seth", "Troy", "Wes"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person of a population: age in years, attributes by name, and Big Five, each 0 to 1."""

    name: str
    age: int
    attributes: Mapping[str, str]
    traits: Mapping[str, float] = field(default_factory=dict)

    def facts(self) -> dict[str, str]:
        """Every attribute in words, traits as high, middling or low."""
        levels = {name: level_of(value) for name, value in self.traits.items()}
        return {**self.attributes, **levels}


def level_of(value: float) -> str:
    """`high`, `low`, or `middling`."""
    for level, (least, most) in shipped("traits")["levels"].items():
        if least <= value <= most:
            return str(level)
    return "middling"


def population(number: int, seed: int, *, checked: bool = True) -> Iterator[Citizen]:
    """`number` people; the same seed gives the same, and more only adds to them.

    `checked=False` leaves in what contradicts itself: for measuring the filter.
    """
    if number < 1:
        raise InvalidOption(f"A population of {number} people is none; ask for at least 1.")
    for at in range(number):
        yield _citizen(random.Random(f"population/{seed}/{at}"), checked)


def shares_of(attribute: str) -> dict[str, float]:
    """The shares that the tables imply for an attribute, 0–1, over all it depends on.

    Raises InvalidOption for an attribute that has no table.
    """
    tables = shipped("tables")["attributes"]
    if attribute not in tables:
        raise InvalidOption(f"There is no table of {attribute!r}; there are: {', '.join(tables)}.")
    found: dict[str, float] = {}
    for chance, known in _joint(attribute, tables):
        found[known[attribute]] = found.get(known[attribute], 0.0) + chance
    return found


def _joint(attribute: str, tables: Mapping[str, Any]) -> list[tuple[float, dict[str, str]]]:
    """All combinations of an attribute with what it depends on, and the chance of each."""
    needed: list[str] = []

    def visit(name: str) -> None:
        for parent in tables[name].get("given", ()):
            visit(parent)
        if name not in needed:
            needed.append(name)

    visit(attribute)
    states: list[tuple[float, dict[str, str]]] = [(1.0, {})]
    for name in needed:
        states = [
            (chance * share, {**known, name: value})
            for chance, known in states
            for value, share in _shares(tables[name], known).items()
            if share
        ]
    return states


def _shares(table: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, float]:
    """The shares of a table's values, 0–1, for one of whom some attributes are known."""
    key = "|".join(known[parent] for parent in table.get("given", ()))
    if "derived" in table:
        return {table["derived"][key]: 1.0}
    shares = table["shares"][key] if key else table["shares"]
    return {value: share / 100 for value, share in shares.items()}


def _citizen(rng: random.Random, checked: bool) -> Citizen:
    known: dict[str, str] = {}
    for name, table in shipped("tables")["attributes"].items():
        known[name] = _drawn(_shares(table, known), rng)
    least, most = (int(part) for part in known.pop("age").split("-"))
    traits = {name: round(min(1.0, max(0.0, rng.gauss(0.5, SPREAD))), 2) for name in TRAITS}
    content = shipped("traits")
    for name in VALUES:
        known[name] = _drawn({v: s / 100 for v, s in content["values"][name].items()}, rng)
    citizen = Citizen(rng.choice(NAMES[known["sex"]]), rng.randint(least, most), known, traits)
    for kind in EXTRAS:
        citizen = _with_extra(citizen, kind, list(content["extras"][kind]), rng, checked)
    return citizen


def _with_extra(
    citizen: Citizen, kind: str, pool: list[str], rng: random.Random, checked: bool
) -> Citizen:
    """The citizen with the first habit, in drawn order, that contradicts nothing."""
    rng.shuffle(pool)
    for one in pool:
        told = Citizen(citizen.name, citizen.age, {**citizen.attributes, kind: one}, citizen.traits)
        if not checked or not contradictions(told):
            return told
    return citizen


def _drawn(shares: Mapping[str, float], rng: random.Random) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]


def contradictions(citizen: Citizen) -> list[str]:
    """What in a person cannot be true at once, each in words; empty where there is nothing."""
    facts = citizen.facts()
    found = []
    for rule in shipped("traits")["contradictions"]:
        ages = rule.get("age")
        if ages is not None and not ages[0] <= citizen.age <= ages[1]:
            continue
        named = {name: facts.get(name) for name in rule if name != "age"}
        if all(value in rule[name] for name, value in named.items()):
            told = [f"{name} {value}" for name, value in named.items()]
            found.append(", ".join([*([f"age {citizen.age}"] if ages else []), *told]))
    return found


def shown_facts(citizen: Citizen, without: str = "") -> dict[str, str]:
    """The attributes as they are listed for a model, in order, `without` one of them."""
    facts = {"age": str(citizen.age), **citizen.facts()}
    return {
        name: value
        for name, value in facts.items()
        if name not in INTERNAL and name != without and value not in ("middling", NO_VIEW)
    }


def sentences(citizen: Citizen, without: str = "") -> dict[str, str]:
    """The person in sentences of their own, by attribute; what says nothing is left out."""
    forms = shipped("traits")["sentences"]
    found = {}
    for name, value in shown_facts(citizen, without).items():
        form = forms.get(name, EXTRA_FORMS.get(name, ""))
        text = form.get(value, "") if isinstance(form, dict) else form.format(value)
        if text and (value != "none" or isinstance(form, dict)):
            found[name] = text
    return found


EXTRA_FORMS = {
    "age": "I am {} years old.",
    "hobby": "My hobby: {}.",
    "lifestyle": "How I live: {}.",
    "quirk": "What is odd about me: {}.",
    "mannerism": "A habit when I talk: {}.",
}


def as_persona(citizen: Citizen, number: int, seed: int) -> Persona:
    """The person as a card."""
    facts = shown_facts(citizen)
    return Persona(
        name=citizen.name,
        id=f"citizen-{seed}-{number}",
        statements=tuple(sentences(citizen).values()),
        traits=Traits(ocean=Ocean(**citizen.traits)),
        attributes={name: value for name, value in facts.items() if name not in TRAITS},
        provenance=Provenance(creator="personae data make population", license="CC0-1.0"),
    )
