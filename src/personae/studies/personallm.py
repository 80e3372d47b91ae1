"""Do agents of all 32 Big Five types answer and write as they were told to (PersonaLLM, S096)?"""

from __future__ import annotations

import csv
import io
import itertools
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from personae.data import Persona
from personae.errors import InvalidOption
from personae.evaluate.answer_sheet import AnswerSheet
from personae.evaluate.group_tests import Comparison, compare
from personae.evaluate.questionnaire_asking import Ask, Asking, ask_items, mean_answers
from personae.evaluate.questionnaire_scores import score
from personae.questionnaires.types import Answer, Questionnaire
from personae.registry import EntryInfo
from personae.text.parsing import Place, read_text

ENTRY = EntryInfo(systems=("S096",))

Trait = Literal["E", "A", "C", "N", "O"]
TRAITS: tuple[Trait, ...] = ("E", "A", "C", "N", "O")
NAMES: Mapping[Trait, str] = {
    "E": "Extraversion",
    "A": "Agreeableness",
    "C": "Conscientiousness",
    "N": "Neuroticism",
    "O": "Openness",
}
# The words of PersonaLLM's prompt, high pole first, and of the names of its files.
POLES: Mapping[Trait, tuple[str, str]] = {
    "E": ("extroverted", "introverted"),
    "A": ("agreeable", "antagonistic"),
    "C": ("conscientious", "unconscientious"),
    "N": ("neurotic", "emotionally stable"),
    "O": ("open to experience", "closed to experience"),
}
CODES: Mapping[Trait, tuple[str, str]] = {
    "E": ("extr", "intr"),
    "A": ("agre", "anta"),
    "C": ("cons", "unco"),
    "N": ("neur", "emot"),
    "O": ("open", "clos"),
}

# Commoner words for the same poles, which a small model knows.
MARKERS: Mapping[Trait, tuple[str, str]] = {
    "E": ("outgoing, talkative, sociable, energetic", "shy, quiet, reserved, withdrawn"),
    "A": ("kind, warm, trusting, helpful", "cold, rude, selfish, unsympathetic"),
    "C": ("organized, hardworking, careful, punctual", "messy, lazy, careless, irresponsible"),
    "N": ("anxious, moody, nervous, easily upset", "calm, relaxed, stable, untroubled"),
    "O": (
        "imaginative, curious, creative, thoughtful",
        "unimaginative, narrow-minded, uncreative, simple",
    ),
}
Words = Literal["published", "markers"]
NAME = "Kim"  # a name that tells nothing, not even whether of a man or a woman

# Which pole of each trait an agent was told to be: True is the high one.
Type: TypeAlias = tuple[bool, bool, bool, bool, bool]


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: the type that it is counted as, and its score on each trait."""

    type: Type
    scores: Mapping[Trait, float]


def all_types() -> tuple[Type, ...]:
    """The 32 combinations, all high first."""
    return tuple(itertools.product((True, False), repeat=5))  # type: ignore[arg-type]


def code_of(one: Type) -> str:
    """`extr_agre_cons_neur_open`, as PersonaLLM's files name a type."""
    return "_".join(CODES[trait][not high] for trait, high in zip(TRAITS, one, strict=True))


def type_of(code: str) -> Type:
    """The type of a code; its five parts may be in any order. Raises InvalidOption."""
    parts = set(code.split("_"))
    found = [
        next((high for high in (True, False) if CODES[trait][not high] in parts), None)
        for trait in TRAITS
    ]
    if len(parts) != 5 or None in found:
        raise InvalidOption(f"{code!r} is no type; one is {code_of(all_types()[0])!r}.")
    return tuple(found)  # type: ignore[return-value]


def half_of_types() -> tuple[Type, ...]:
    """Sixteen types in which every pair of traits is balanced: the half fraction 2^(5-1)."""
    return tuple(one for one in all_types() if sum(one) % 2)


def persona_of(one: Type, words: Words = "published") -> Persona:
    """A character of whom only the poles of its traits are known, in PersonaLLM's sentence."""
    known = POLES if words == "published" else MARKERS
    poles = [known[trait][not high] for trait, high in zip(TRAITS, one, strict=True)]
    return Persona(
        name=NAME,
        description=f"You are a character who is {', '.join(poles[:-1])}, and {poles[-1]}.",
    )


def ask_types(
    questionnaire: Questionnaire,
    types: Sequence[Type],
    words: Words,
    ask: Callable[[Asking], Ask],
    askings: Sequence[Asking],
    sheet: AnswerSheet,
) -> dict[Type, list[Answer]]:
    """The answers of each type, the mean of all `askings`; what the sheet has is not asked anew."""
    found: dict[Type, list[Answer]] = {}
    askers = [(asking, ask(asking)) for asking in askings]
    for one in types:
        answers = []
        for number, (asking, asked) in enumerate(askers):
            key = f"{code_of(one)}/{number}"
            keep = partial(sheet.put, key)
            answers.append(
                ask_items(questionnaire, persona_of(one, words), asking, asked, sheet.of(key), keep)
            )
        found[one] = mean_answers(answers)
    return found


def draw_agents(
    questionnaire: Questionnaire,
    answers: Mapping[Type, Sequence[Answer]],
    agents: int,
    seed: int,
) -> list[Agent]:
    """So many agents of each type, whose answers are drawn from the probabilities of its own.

    Answers without probabilities (interviews) are taken as they are. Raises InvalidOption for a
    questionnaire without the five traits.
    """
    scales = traits_of(questionnaire)
    rng, found = random.Random(seed), []
    for one, told in answers.items():
        for _ in range(agents):
            drawn = [_drawn(questionnaire, answer, rng) for answer in told]
            scores = score(questionnaire, drawn)
            means = {trait: scores[scale].mean for trait, scale in scales.items()}
            known = {trait: mean for trait, mean in means.items() if mean is not None}
            if len(known) == len(TRAITS):
                found.append(Agent(one, known))
    return found


def traits_of(questionnaire: Questionnaire) -> dict[Trait, str]:
    """The scale of each trait, by its letter or name. Raises InvalidOption where one is missing."""
    found: dict[Trait, str] = {}
    for trait in TRAITS:
        for scale in questionnaire.domains:
            if trait == scale.id or NAMES[trait].lower() in (scale.id.lower(), scale.title.lower()):
                found[trait] = scale.id
        if trait not in found:
            raise InvalidOption(f"{questionnaire.name} has no scale for {NAMES[trait].lower()}.")
    return found


def _drawn(questionnaire: Questionnaire, answer: Answer, rng: random.Random) -> Answer:
    if answer.value is None or not answer.probabilities:
        return answer
    return Answer(answer.item, rng.choices(questionnaire.points, answer.probabilities)[0])


def effect_sizes(agents: Sequence[Agent]) -> dict[Trait, Comparison]:
    """Each trait of the agents told to be high on it, against those told to be low."""
    found = {}
    for at, trait in enumerate(TRAITS):
        high = [one.scores[trait] for one in agents if one.type[at]]
        low = [one.scores[trait] for one in agents if not one.type[at]]
        found[trait] = compare(high, low)
    return found


def shuffled(agents: Sequence[Agent], seed: int) -> list[Agent]:
    """The same scores under types dealt out by chance: what is found in these is noise."""
    types = [one.type for one in agents]
    random.Random(seed).shuffle(types)
    return [replace(one, type=dealt) for one, dealt in zip(agents, types, strict=True)]


def read_scores(file: Path) -> list[Agent]:
    """The agents of a table of PersonaLLM's: trait, run, personality_type, sum_score. Sums of
    BFI-44 are kept as they are. Raises FormatError."""
    rows = csv.DictReader(io.StringIO(read_text(file)))
    names = {name: trait for trait, name in NAMES.items()}
    found: dict[tuple[str, str], dict[Trait, float]] = {}
    for row in rows:
        place = Place(file, rows.line_num)
        try:
            key = row["personality_type"], row["run"]
            found.setdefault(key, {})[names[row["trait"]]] = float(row["sum_score"])
        except (KeyError, TypeError, ValueError) as error:
            raise place.fault("This row is no score of a trait, run and type.") from error
    for (code, run), scores in found.items():
        if len(scores) != len(TRAITS):
            raise Place(file).fault(f"Run {run} of {code} has {len(scores)} traits, not five.")
    if not found:
        raise Place(file).fault("This table has no scores.")
    return [Agent(type_of(code), scores) for (code, _), scores in found.items()]
