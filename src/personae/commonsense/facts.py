"""Facts of a persona graph: a head, one of four relations, whether others take part, a tail.

The schema is PeaCoK's (Gao et al. 2023, S048): four relations, and interaction with others as a
fifth dimension, a mark on each. Tails are phrases that complete a first-person sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias, get_args

from personae.errors import FormatError, InvalidOption
from personae.text.quoting import one_line

Relation: TypeAlias = Literal["characteristic", "routine_habit", "goal_plan", "experience"]
RELATIONS: tuple[Relation, ...] = get_args(Relation)
MARK = "_relationship"
TEXT_LIMIT = 200  # characters of a head or a tail
FACTS_LIMIT = 200_000
_SENTENCES = {
    "characteristic": "I am {}.",
    "routine_habit": "I {}.",
    "goal_plan": "I want to {}.",
    "experience": "I {}.",
}


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """One edge. `with_others`: it concerns other people; `score`: how sure its maker was."""

    head: str
    relation: Relation
    tail: str
    with_others: bool = False
    score: float = 1.0

    @property
    def label(self) -> str:
        """The relation as files name it: `goal_plan`, `goal_plan_relationship`."""
        return self.relation + MARK * self.with_others

    @property
    def text(self) -> str:
        """The fact as a first-person sentence: "I want to become a head nurse."."""
        return sentence(self.relation, self.tail)


def sentence(relation: Relation, tail: str) -> str:
    """A tail made into a sentence by its relation."""
    return _SENTENCES[relation].format(tail)


def fact_of(head: str, label: str, tail: str, score: float = 1.0) -> Fact:
    """A fact from what a file has. Raises FormatError for an unknown label, a bad text or score."""
    relation = label.removesuffix(MARK)
    for what, text in (("head", head), ("tail", tail)):
        if not text.strip() or len(text) > TEXT_LIMIT:
            raise FormatError(f"The {what} has {len(text)} characters, not 1 to {TEXT_LIMIT}.")
        if text != one_line(text):
            raise FormatError(f"The {what} has line ends, tabs, doubled or invisible spaces.")
    if not 0 <= score <= 1:
        raise FormatError(f"The score {score} is not 0 to 1.")
    for known in RELATIONS:
        if relation == known:
            return Fact(head, known, tail, label.endswith(MARK), score)
    allowed = ", ".join(RELATIONS)
    raise FormatError(f"There is no relation {label[:60]!r}. Known: {allowed}, each also {MARK}.")


def relations_named(names: str) -> tuple[Relation, ...]:
    """The relations of a comma list, `all` for all four. Raises InvalidOption."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if wanted == ["all"]:
        return RELATIONS
    for name in wanted:
        if name not in RELATIONS:
            known = ", ".join(("all", *RELATIONS))
            raise InvalidOption(f"There is no relation {name!r}. Known: {known}.")
    if not wanted:
        raise InvalidOption(f"No relation is named. Known: {', '.join(('all', *RELATIONS))}.")
    return tuple(one for one in RELATIONS if one in wanted)


@dataclass(frozen=True)
class Graph:
    """Facts in their order, found by head. Make one with `graph_of`, `people` or `read_graph`."""

    facts: tuple[Fact, ...]

    @cached_property
    def by_head(self) -> dict[str, tuple[Fact, ...]]:
        """The facts of each head, heads in the order of their first fact."""
        found: dict[str, list[Fact]] = {}
        for fact in self.facts:
            found.setdefault(fact.head, []).append(fact)
        return {head: tuple(facts) for head, facts in found.items()}

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(self.by_head)

    def of(self, heads: Iterable[str], relations: Sequence[Relation] = RELATIONS) -> list[Fact]:
        """The facts of these heads with one of these relations; unknown heads have none."""
        return [
            fact
            for head in dict.fromkeys(heads)
            for fact in self.by_head.get(head, ())
            if fact.relation in relations
        ]

    def without(self, heads: Iterable[str]) -> Graph:
        """The graph less these heads."""
        gone = set(heads)
        return Graph(tuple(fact for fact in self.facts if fact.head not in gone))


def graph_of(facts: Iterable[Fact]) -> Graph:
    """A graph without doubled facts; of those the first counts. Raises FormatError for too many."""
    kept: dict[tuple[str, str, str], Fact] = {}
    for fact in facts:
        kept.setdefault((fact.head, fact.label, fact.tail), fact)
    if len(kept) > FACTS_LIMIT:
        raise FormatError(f"The graph has {len(kept):,} facts; at most {FACTS_LIMIT:,} are read.")
    return Graph(tuple(kept.values()))
