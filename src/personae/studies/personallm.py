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

from personae.data import Persona, Scene
from personae.errors import InvalidOption
from personae.evaluate.answer_sheet import AnswerSheet
from personae.evaluate.group_tests import Comparison, cohens_d, compare
from personae.evaluate.questionnaire_asking import Ask, Asking, ask_items, mean_answers
from personae.evaluate.questionnaire_scores import score
from personae.lm.types import Sampling
from personae.questionnaires.types import Answer, Questionnaire
from personae.registry import EntryInfo
from personae.speaker import Speaker
from personae.text.parsing import Place, read_text
from personae.text.sentences import sentence_ends

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

PUBLISHED = Path(__file__).parent / "published" / "personallm.csv"

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


def types_of(count: int) -> tuple[Type, ...]:
    """8, 16 or 32 types in which no two traits go together (Box and Hunter's fractions).

    Raises InvalidOption for other counts.
    """
    if count not in (8, 16, 32):
        raise InvalidOption(f"There are sets of 8, 16 and 32 balanced types, not of {count}.")
    found = []
    for one in all_types():
        e, a, c, n, o = one
        is_kept = {32: True, 16: o == (e ^ a ^ c ^ n), 8: n == (e ^ a) and o == (e ^ c)}
        if is_kept[count]:
            found.append(one)
    return tuple(found)


def first_items(questionnaire: Questionnaire, items: int) -> Questionnaire:
    """The questionnaire with the first so many items of each trait; 0 keeps all.

    Half of them are reversed where the scale has enough: the first of each sign take turns.
    """
    if not items:
        return questionnaire
    kept: set[str] = set()
    for scale_id in traits_of(questionnaire).values():
        scale = next(one for one in questionnaire.scales if one.id == scale_id)
        by_sign = [[key for key, sign in scale.keys.items() if sign == one] for one in (1, -1)]
        turns = [key for pair in itertools.zip_longest(*by_sign) for key in pair if key is not None]
        kept |= set(turns[:items])
    scales = []
    for scale in questionnaire.scales:
        keys = {key: sign for key, sign in scale.keys.items() if key in kept}
        if keys:
            scales.append(replace(scale, keys=keys))
    return replace(
        questionnaire,
        items=tuple(item for item in questionnaire.items if item.id in kept),
        scales=tuple(scales),
    )


def persona_of(one: Type, words: Words = "published") -> Persona:
    """A character of whom only the poles of its traits are known, in PersonaLLM's sentence."""
    known = POLES if words == "published" else MARKERS
    poles = [known[trait][not high] for trait, high in zip(TRAITS, one, strict=True)]
    return Persona(
        name=NAME,
        description=f"You are a character who is {', '.join(poles[:-1])}, and {poles[-1]}.",
    )


def writer_of(persona: Persona) -> Persona:
    """The same character told nothing else: it is not asked to keep to a sentence or two."""
    return persona.model_copy(update={"system_prompt": persona.description})


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


def published_agents() -> dict[str, list[Agent]]:
    """The agents of PersonaLLM by model, with their sums of BFI-44 (see `published/SOURCE.md`)."""
    found: dict[str, list[Agent]] = {}
    for row in csv.DictReader(io.StringIO(read_text(PUBLISHED))):
        scores = {trait: float(row[trait]) for trait in TRAITS}
        found.setdefault(row["model"], []).append(Agent(type_of(row["type"]), scores))
    return found
