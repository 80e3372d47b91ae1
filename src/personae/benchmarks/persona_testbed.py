"""PERSONA: does a model that plays a citizen choose the answer that the citizen prefers (S034)?"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Literal

from personae.benchmarks.nearness import best_of, nearest_option, nearest_texts
from personae.benchmarks.types import Benchmark, Question, by_chance
from personae.data import Persona, Scene, Turn
from personae.draft import Count
from personae.errors import InvalidOption
from personae.populations.people import (
    TRAITS,
    VALUES,
    Citizen,
    population,
    sentences,
    shown_facts,
)
from personae.populations.preferences import SIDES, Prompt, prompts
from personae.registry import EntryInfo
from personae.text.tfidf import tfidf_scores

ENTRY = EntryInfo(
    systems=("S034",),
    aka=("persona",),
    paper="Castricato et al. 2024, PERSONA: A Reproducible Testbed for Pluralistic Alignment",
    deviations="Citizens are drawn from approximate tables of our own, prompts and answers are "
    "ours, and which answer a citizen prefers is planted by one attribute, not found by a language "
    "model's critique (`personae data make feedback --way revised` does that). The summary is "
    "made of the sentences nearest to the two answers; thinking first is the method `reasoned`.",
)

ASKER = "Interviewer"
POOL = 800  # citizens among whom those with a side are found: few have a high income
SUMMARY = 5  # sentences that a summary has
KINDS = {**dict.fromkeys(TRAITS, "temper"), **dict.fromkeys(VALUES, "values")}

Mode = Literal["none", "raw", "summary"]


def persona_testbed(
    *, mode: Mode = "summary", persons: Count = 2, without: str = "", shuffled: bool = False,
    seed: int = 0,
) -> Benchmark:  # fmt: skip
    """For each question as many citizens of either side, and the two answers.

    `mode`: what is told of the citizen: nothing, all attributes (`raw`), or the five sentences
    nearest to the answers. `without` leaves one attribute out. `shuffled` tells of somebody of
    the other side, for whom the answer is then wrong. `persons` are those of each side.
    """
    if without and without not in known_attributes():
        raise InvalidOption(
            f"There is no attribute {without!r}; there are: {', '.join(known_attributes())}."
        )
    questions = list(_questions(mode, persons, without, shuffled, seed))
    # In drawn order: every second question would else be of one side.
    random.Random(f"testbed/{seed}").shuffle(questions)
    return Benchmark(
        version="1",
        ask="choose",
        choose_by="calibrated",
        questions=tuple(questions),
        metrics=("choice-accuracy", "choice-kappa", "pass-at-k"),
        source="Citizens, questions and answers of our own (CC0).",
        baselines={
            "random": by_chance,
            "oracle": by_rule,
            "reader": by_reading,
            "words": by_words,
            "nearest": by_meaning,
            "query-alone": by_query,
        },
    )


def known_attributes() -> list[str]:
    """The names of what may be told of a citizen."""
    (one,) = population(1, 0)
    return list({"age": "", **one.facts()})


def chosen_citizens(persons: int, seed: int) -> Iterator[tuple[Prompt, int, int, Citizen]]:
    """Question, side, number, and a citizen who is on that side, `persons` for each side.

    Sides are equally frequent, so that nothing can be known from the question.
    """
    pool = list(population(POOL, seed))
    for prompt in prompts():
        rng = random.Random(f"testbed/{seed}/{prompt.id}")
        for side in range(2):
            held = [one for one in pool if prompt.preferred(one) == side]
            rng.shuffle(held)
            for number in range(persons):
                yield prompt, side, number, held[number % len(held)]


def _questions(
    mode: Mode, persons: int, without: str, shuffled: bool, seed: int
) -> Iterator[Question]:
    asked = list(chosen_citizens(persons, seed))
    told = {(prompt.id, side, number): one for prompt, side, number, one in asked}
    for prompt, side, number, citizen in asked:
        shown = told[prompt.id, 1 - side, number] if shuffled else citizen
        options = list(prompt.answers)
        random.Random(f"order/{seed}/{prompt.id}/{side}/{number}").shuffle(options)
        persona, known = told_persona(shown, prompt, mode, without)
        yield Question(
            id=f"{prompt.id}:{side}:{number}",
            scene=Scene(
                persona=persona, turns=(Turn(speaker=ASKER, text=prompt.text),), user=ASKER
            ),
            reference=prompt.answers[side],
            options=tuple(options),
            group=KINDS.get(prompt.attribute, "circumstances"),
            labels={
                "attribute": prompt.attribute,
                "prompt": prompt.id,
                "value": citizen.facts()[prompt.attribute],
                "known": list(known.values()),
                "is_told": prompt.attribute in known,
            },
        )


def told_persona(
    citizen: Citizen, prompt: Prompt, mode: Mode, without: str = ""
) -> tuple[Persona, dict[str, str]]:
    """What a model is told of a citizen, and the same as single texts by attribute."""
    name = citizen.name
    if mode == "none":
        return Persona(name=name), {}
    if mode == "raw":
        listed = {key: f"{key}: {value}" for key, value in shown_facts(citizen, without).items()}
        return Persona(name=name, description="; ".join(listed.values()) + "."), listed
    told = sentences(citizen, without)
    near = nearest_texts(prompt.answers, list(told.values()), SUMMARY)
    known = {key: text for key, text in told.items() if text in near}
    return Persona(name=name, statements=tuple(known.values())), known


def by_rule(question: Question, rng: random.Random) -> str:
    """The judge that knows the planted rule, and the citizen whole."""
    attribute, value = (str(question.labels[key]) for key in ("attribute", "value"))
    side = next(at for at, values in enumerate(SIDES[attribute]) if value in values)
    return next(one.answers[side] for one in prompts() if one.id == question.labels["prompt"])


def by_reading(question: Question, rng: random.Random) -> str:
    """The judge that knows the rule, but of the citizen only what is told: else by chance.

    What the best of models could have in this mode.
    """
    return by_rule(question, rng) if question.labels["is_told"] else by_chance(question, rng)


def by_words(question: Question, rng: random.Random) -> str:
    """The answer that shares most telling words with what is told of the citizen."""
    scores = tfidf_scores(" ".join(question.labels["known"]), question.options)
    return best_of(question.options, scores, rng)


def by_meaning(question: Question, rng: random.Random) -> str:
    """The answer that is nearest to something told of the citizen."""
    return nearest_option(question.options, question.labels["known"], rng)


def by_query(question: Question, rng: random.Random) -> str:
    """The answer that is nearest to the question: what can be known without the citizen."""
    return nearest_option(question.options, [question.scene.last_user_text], rng)
