"""The Big Five: their poles in words, the 32 types, and characters that are nothing but a type."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, TypeAlias

from personae.data import Persona, Traits
from personae.errors import InvalidOption
from personae.questionnaires.types import Questionnaire

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
        traits=Traits(adjectives=tuple(", ".join(poles).split(", "))),
    )


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
