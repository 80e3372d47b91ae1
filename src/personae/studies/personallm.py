"""Do agents of all 32 Big Five types answer and write as they were told to (PersonaLLM, S096)?"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from personae.data import Persona, Scene
from personae.evaluate.answer_sheet import AnswerSheet
from personae.evaluate.group_tests import Comparison, cohens_d, compare
from personae.evaluate.questionnaire_asking import Ask, Asking, ask_items, mean_answers
from personae.evaluate.questionnaire_scores import score
from personae.lm.types import Sampling
from personae.questionnaires.big_five import (
    NAMES,
    TRAITS,
    Trait,
    Type,
    Words,
    code_of,
    persona_of,
    traits_of,
    type_of,
)
from personae.questionnaires.types import Answer, Questionnaire
from personae.registry import EntryInfo
from personae.speaker import Speaker
from personae.studies.tables import csv_rows
from personae.text.parsing import Place
from personae.text.sentences import sentence_ends

ENTRY = EntryInfo(systems=("S096",))

PUBLISHED = Path(__file__).parent / "published" / "personallm.csv"


@dataclass(frozen=True, slots=True)
class Agent:
    """One agent: the type that it is counted as, and its score on each trait."""

    type: Type
    scores: Mapping[Trait, float]


def writer_of(persona: Persona) -> Persona:
    """The same character told nothing else: it is not asked to keep to a sentence or two."""
    return persona.model_copy(update={"system_prompt": persona.description})


def words_asked(tokens: int) -> int:
    """How many words to ask for in a story of at most so many tokens, in tens."""
    return max(10, tokens * 3 // 4 // 10 * 10)


def write_story(speaker: Speaker, scene: Scene, tokens: int, seed: int) -> str:
    """What the character of `scene` writes, up to so many tokens and to the end of a sentence."""
    sampling = Sampling(temperature=0.7, max_tokens=tokens, seed=seed)
    request = replace(speaker.request(scene), sampling=sampling)
    text = speaker.lm.generate(request).text.strip()
    ends = sentence_ends(text)
    return text[: ends[-1]] if ends else text


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


def d_by_chance(agents: Sequence[Agent], shuffles: int, seed: int) -> dict[Trait, float]:
    """The |d| of each trait that 95 % of so many shuffles stay below."""
    found: dict[Trait, list[float]] = {trait: [] for trait in TRAITS}
    for number in range(shuffles):
        dealt = shuffled(agents, seed + number)
        for trait, values in found.items():
            at = TRAITS.index(trait)
            high, low = ([one.scores[trait] for one in dealt if one.type[at] is pole]
                         for pole in (True, False))  # fmt: skip
            values.append(abs(cohens_d(high, low) or 0.0))
    return {trait: sorted(values)[int(0.95 * (shuffles - 1))] for trait, values in found.items()}


def shuffled(agents: Sequence[Agent], seed: int) -> list[Agent]:
    """The same scores under types dealt out by chance: what is found in these is noise."""
    types = [one.type for one in agents]
    random.Random(seed).shuffle(types)
    return [replace(one, type=dealt) for one, dealt in zip(agents, types, strict=True)]


def read_scores(file: Path) -> list[Agent]:
    """The agents of a table of PersonaLLM's: trait, run, personality_type, sum_score. Sums of
    BFI-44 are kept as they are. Raises FormatError."""
    names = {name: trait for trait, name in NAMES.items()}
    found: dict[tuple[str, str], dict[Trait, float]] = {}
    for row, place in csv_rows(file):
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


def published_agents() -> dict[str, list[Agent]]:
    """The agents of PersonaLLM by model, with their sums of BFI-44 (see `published/SOURCE.md`)."""
    found: dict[str, list[Agent]] = {}
    for row, _ in csv_rows(PUBLISHED):
        scores = {trait: float(row[trait]) for trait in TRAITS}
        found.setdefault(row["model"], []).append(Agent(type_of(row["type"]), scores))
    return found
