"""Which statements of a questionnaire would a character make that is only a Big Five type?"""

from __future__ import annotations

import random
from typing import Annotated, Literal

from pydantic import Field

from personae.benchmarks.types import (
    Benchmark,
    Question,
    by_chance,
    echo,
    first_option,
    nothing_said,
)
from personae.data import Scene
from personae.errors import InvalidOption
from personae.formats.questionnaire import load_questionnaire
from personae.questionnaires.big_five import (
    NAMES,
    TRAITS,
    Trait,
    Type,
    Words,
    code_of,
    persona_of,
    traits_of,
    types_of,
)
from personae.questionnaires.types import Item, Questionnaire, Scale
from personae.questionnaires.wordings import interview_question, opening_question
from personae.registry import EntryInfo

ENTRY = EntryInfo(
    systems=("S096",),
    aka=("big-five",),
    deviations="Statements of the IPIP instead of the BFI, chosen from pairs or talked about.",
)

VERSION = "1"
USER = "User"


def questionnaire(
    *,
    name: str = "ipip-neo-120",
    way: Literal["choose", "interview"] = "choose",
    words: Words = "markers",
    types: Literal[8, 16, 32] = 8,
    pairs: Annotated[int, Field(ge=1, le=12)] = 3,
    seed: int = 0,
) -> Benchmark:
    """For each type and trait, `pairs` of a statement of the high and one of the low pole.

    `choose`: the likelier of the two, less what it is without the persona, is to be the one of the
    pole that the character was told. `interview`: it is asked about each, and the inference model
    reads whether the reply agrees as the pole would (`keyed-agreement`; 0.5 says nothing).
    `words` is how the poles are told: the adjectives of the paper, or commoner ones.
    """
    sheet = load_questionnaire(name)
    told = [
        (one, trait, pair)
        for one in types_of(types)
        for trait in TRAITS
        for pair in _pairs(sheet, trait, pairs, seed)
    ]
    questions = [
        question
        for one, trait, pair in told
        for question in (
            (_choice(sheet, one, trait, pair, words),)
            if way == "choose"
            else _interview(sheet, one, trait, pair, words)
        )
    ]
    is_choice = way == "choose"
    return Benchmark(
        version=VERSION,
        ask="choose" if is_choice else "reply",
        questions=tuple(questions),
        metrics=("choice-accuracy",) if is_choice else ("keyed-agreement", "length"),
        source=f"{sheet.title}; {sheet.license}",
        baselines={"chance": by_chance, "first": first_option}
        if is_choice
        else {"nothing": nothing_said, "echo": echo},
        choose_by="calibrated",
    )


def _pairs(sheet: Questionnaire, trait: Trait, number: int, seed: int) -> list[tuple[Item, Item]]:
    """Statements of the high and of the low pole, dealt into pairs by the seed.

    Raises InvalidOption where there are not so many.
    """
    items = {item.id: item for item in sheet.items}
    scale = _scale(sheet, trait)
    high, low = ([items[key] for key, sign in scale.keys.items() if sign == one] for one in (1, -1))
    rng = random.Random(f"{seed}/{trait}")
    rng.shuffle(high)
    rng.shuffle(low)
    found = list(zip(high, low, strict=False))[:number]
    if len(found) < number:
        raise InvalidOption(
            f"{sheet.name} has {len(found)} pairs of {NAMES[trait].lower()} at most, not {number}."
        )
    return found


def _scale(sheet: Questionnaire, trait: Trait) -> Scale:
    wanted = traits_of(sheet)[trait]
    return next(scale for scale in sheet.scales if scale.id == wanted)


def _choice(
    sheet: Questionnaire, one: Type, trait: Trait, pair: tuple[Item, Item], words: Words
) -> Question:
    is_high = one[TRAITS.index(trait)]
    # Which of the two stands first says nothing, so that liking the first is worth nothing.
    is_turned = random.Random(f"{code_of(one)}/{pair[0].id}/{pair[1].id}").random() < 0.5
    texts = (pair[0].text, pair[1].text)
    return Question(
        id=f"{code_of(one)}/{pair[0].id}-{pair[1].id}",
        scene=Scene(persona=persona_of(one, words), user=USER).said(USER, opening_question(sheet)),
        reference=texts[0] if is_high else texts[1],
        options=texts[::-1] if is_turned else texts,
        group=NAMES[trait],
    )


def _interview(
    sheet: Questionnaire, one: Type, trait: Trait, pair: tuple[Item, Item], words: Words
) -> tuple[Question, ...]:
    is_high = one[TRAITS.index(trait)]
    return tuple(
        Question(
            id=f"{code_of(one)}/{item.id}",
            scene=Scene(persona=persona_of(one, words), user=USER).said(
                USER, interview_question(sheet, item)
            ),
            group=NAMES[trait],
            labels={"statement": item.text, "agrees": is_high is is_positive},
        )
        for item, is_positive in zip(pair, (True, False), strict=True)
    )
