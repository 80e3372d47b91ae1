"""PersonaFeedback: which of two answers to a query suits this person better (S041)?"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from personae.benchmarks.nearness import best_of, cosines, nearest_option, nearest_texts
from personae.benchmarks.types import Benchmark, Question, by_chance
from personae.data import Persona, Scene, Turn
from personae.registry import EntryInfo
from personae.text.tfidf import tfidf_scores

ENTRY = EntryInfo(
    systems=("S041",),
    aka=("persona-feedback",),
    paper="PersonaFeedback: A Large-scale Human-annotated Benchmark For Personalization (2025)",
    deviations="The published items are on a hub: ours are put together from attributes and "
    "answers that we wrote, so that what is right is known by construction and not by a vote.",
)

FILE = Path(__file__).parent / "personafeedback_answers.json"
ASSISTANT, ASKER = "Assistant", "User"
TIERS = ("easy", "medium", "hard")
KNOWN_BY_RAG = 2

Known = Literal["full", "rag", "none"]


@dataclass(frozen=True, slots=True)
class Value:
    """One thing that may be true of a person: the statement, and what it asks for in an answer."""

    attribute: str
    at: int
    statement: str
    answers: tuple[str, ...]


def personafeedback(
    *, persona: Known = "full", persons: int = 1, shuffled: bool = False, seed: int = 0
) -> Benchmark:
    """Two answers to a query, in three tiers: the person's own against anybody's (easy), against
    one for somebody else (medium), and against one for somebody alike (hard).

    `persona`: what is known of the person: all statements, the two nearest to the query (`rag`), or
    nothing. `persons` are drawn for each answer. `shuffled` tells of another person: no judge may
    then be better than chance.
    """
    questions = tuple(_questions(persona, persons, shuffled, random.Random(seed)))
    return Benchmark(
        version="1",
        ask="choose",
        choose_by="calibrated",
        questions=questions,
        metrics=("choice-accuracy",),
        source="Attributes, queries and answers of our own (CC0).",
        baselines={
            "random": by_chance,
            "words": _by_words,
            "nearest": _by_meaning,
            "query-alone": _by_query,
        },
    )


@cache
def _content() -> tuple[dict[str, list[dict[str, str]]], dict[str, list[Value]]]:
    """Queries and values by attribute."""
    given = json.loads(FILE.read_text(encoding="utf-8"))["attributes"]
    queries = {name: one["queries"] for name, one in given.items()}
    values = {
        name: [
            Value(name, at, value["statement"], tuple(value["answers"]))
            for at, value in enumerate(one["values"])
        ]
        for name, one in given.items()
    }
    return queries, values


def _questions(
    known: Known, persons: int, shuffled: bool, rng: random.Random
) -> Iterator[Question]:
    queries, values = _content()
    for attribute, asked in queries.items():
        for number, query in enumerate(asked):
            for value in values[attribute]:
                for person in range(persons):
                    told = _person(value, values, rng)
                    shown = _person(rng.choice(_far(value, values)), values, rng)
                    for tier in TIERS:
                        other = _other(tier, value, number, query, values, rng)
                        yield _question(
                            f"{attribute}:{value.at}:{number}:{person}:{tier}", query["text"],
                            shown if shuffled else told, value.answers[number], other, tier,
                            known, rng,
                        )  # fmt: skip


def _question(
    name: str, query: str, told: Sequence[str], right: str, wrong: str, tier: str, known: Known,
    rng: random.Random,
) -> Question:  # fmt: skip
    options = [right, wrong]
    rng.shuffle(options)
    shown = {"full": list(told), "none": [], "rag": nearest_texts([query], told, KNOWN_BY_RAG)}[
        known
    ]
    description = " ".join(["You answer a user. What you know of them:", *shown]) if shown else ""
    return Question(
        id=name,
        scene=Scene(
            persona=Persona(name=ASSISTANT, description=description),
            turns=(Turn(speaker=ASKER, text=query),),
            user=ASKER,
        ),
        reference=right,
        options=tuple(options),
        group=tier,
        labels={"query": query, "statements": shown},
    )


def _person(value: Value, values: dict[str, list[Value]], rng: random.Random) -> list[str]:
    """The statements of a person of whom `value` is true, in chance order."""
    found = [value.statement] + [
        rng.choice(others).statement for name, others in values.items() if name != value.attribute
    ]
    rng.shuffle(found)
    return found


def _other(
    tier: str, value: Value, number: int, query: dict[str, str], values: dict[str, list[Value]],
    rng: random.Random,
) -> str:  # fmt: skip
    """The worse answer: anybody's, somebody else's, or that of somebody alike."""
    if tier == "easy":
        return query["generic"]
    if tier == "hard":
        return values[value.attribute][value.at ^ 1].answers[number]
    return rng.choice(_far(value, values)).answers[number]


def _far(value: Value, values: dict[str, list[Value]]) -> list[Value]:
    """The values of the same attribute that are not alike: neighbours stand in pairs."""
    return [one for one in values[value.attribute] if one.at // 2 != value.at // 2]


def _by_words(question: Question, rng: random.Random) -> str:
    """The answer that shares most telling words with what is known; by chance where none does."""
    known = " ".join(question.labels["statements"])
    return best_of(question.options, tfidf_scores(known, question.options), rng)


def _by_meaning(question: Question, rng: random.Random) -> str:
    """The answer that is nearer to one of the statements than to the query itself.

    By the shipped embedder; without the query's part it likes what anybody could answer.
    """
    known = question.labels["statements"]
    if not known:
        return rng.choice(question.options)
    scores = cosines(question.options, known) - cosines(
        question.options, [question.labels["query"]]
    )
    return best_of(question.options, scores.tolist(), rng)


def _by_query(question: Question, rng: random.Random) -> str:
    """The answer that is nearest to the query: what can be known without the person."""
    return nearest_option(question.options, [question.labels["query"]], rng)
