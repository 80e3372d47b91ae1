"""Persona: everything that a character is, apart from what happens to it."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, model_validator

from personae.data.lorebook import Lorebook
from personae.data.memory import Passage
from personae.data.noun import JsonObject, Noun, stable_id

Share = Annotated[float, Field(ge=0, le=1)]


class Ocean(Noun):
    """Big Five scores, each 0 (low) to 1 (high)."""

    openness: Share | None = None
    conscientiousness: Share | None = None
    extraversion: Share | None = None
    agreeableness: Share | None = None
    neuroticism: Share | None = None


class Traits(Noun):
    """Personality: Big Five, MBTI type (four letters), and free adjectives."""

    ocean: Ocean = Ocean()
    mbti: Annotated[str, Field(pattern="^([EI][SN][TF][JP])?$")] = ""
    adjectives: tuple[str, ...] = ()


class Example(Noun):
    """One example exchange: (speaker, text) pairs; speakers may be `{{user}}` and `{{char}}`."""

    turns: tuple[tuple[str, str], ...]


class Tool(Noun):
    """A function that the character can call; `parameters` is a JSON schema object."""

    name: Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_-]{0,63}$")]
    description: str = ""
    parameters: JsonObject = Field(default_factory=lambda: {"type": "object", "properties": {}})
    returns: JsonObject | str | None = None  # what a table-driven tool answers; None: host code


class Event(Noun):
    """Something that happens to or around the character now (S076).

    `hours` is the window of the day, [from, to) in 0–24 and wrapping past midnight; `weight` is
    the chance of being drawn relative to the others; `cooldown_turns` is how long it then rests.
    """

    id: str
    what_happened: str
    name: str = ""
    place: str = ""
    participants: tuple[str, ...] = ()
    effect_on_mood: str = ""
    topics: tuple[str, ...] = ()
    hours: tuple[float, float] | None = None
    weight: Annotated[float, Field(gt=0)] = 1.0
    cooldown_turns: Annotated[int, Field(ge=0)] = 8


class Provenance(Noun):
    """Where the persona comes from, and whether it may be used."""

    creator: str = ""
    license: str = ""
    sources: tuple[str, ...] = ()
    real_person: bool = False
    consent: str = ""


class Persona(Noun):
    """A character.

    `statements` are first-person facts, one a line ("I have two dogs."): what consistency is
    checked against. `card` is the imported character card's data object, verbatim, so that an
    export loses nothing.
    """

    name: str
    id: str = ""
    nickname: str = ""
    statements: tuple[str, ...] = ()
    description: str = ""
    personality: str = ""
    scenario: str = ""
    style: str = ""
    language: str = "en"
    traits: Traits = Traits()
    attributes: dict[str, str] = Field(default_factory=dict)
    knowledge: tuple[Passage, ...] = ()
    utterances: tuple[str, ...] = ()
    greetings: tuple[str, ...] = ()
    group_greetings: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    lorebook: Lorebook | None = None
    tools: tuple[Tool, ...] = ()
    events: tuple[Event, ...] = ()
    system_prompt: str = ""
    post_history_instructions: str = ""
    tags: tuple[str, ...] = ()
    version: str = ""
    provenance: Provenance = Provenance()
    card: JsonObject = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _fill_id(cls, value: object) -> object:
        if isinstance(value, dict) and not value.get("id") and isinstance(value.get("name"), str):
            rest = {key: part for key, part in value.items() if key != "id"}
            return {**value, "id": _persona_id(value["name"], rest)}
        return value

    @property
    def display_name(self) -> str:
        """What `{{char}}` stands for: the nickname where there is one (Card V3)."""
        return self.nickname or self.name


def _persona_id(name: str, rest: object) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return stable_id(slug or "persona", rest)
