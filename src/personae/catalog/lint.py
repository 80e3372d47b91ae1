"""Warnings about a persona by its type, after the survey of role-playing agents (S057).

A persona stands for a group, an established figure, or one user. Each type has its own risk:
stereotypes, knowledge from outside the figure's sources or time, and personal data kept without
consent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from personae.catalog.types import PersonaType
from personae.data import Persona

WarningName = Literal[
    "stereotype", "missing-source", "missing-time-boundary", "missing-consent", "missing-retention"
]
TIME_BOUNDARY = "known_until"  # attribute: up to which date, chapter or event the figure knows
RETENTION = "retention"  # attribute: how long what was learned of the user is kept
_TYPE = "persona_type"  # attribute or tag: says the type where guessing would be wrong


@dataclass(frozen=True, slots=True)
class LintWarning:
    """One thing to mend or to keep in mind, as a sentence."""

    name: WarningName
    persona_type: PersonaType
    message: str


def persona_type_of(persona: Persona) -> PersonaType:
    """Whom the persona stands for: stated as attribute `persona_type` or tag, else guessed.

    The guess: a real person without published sources, or with consent given, is one user;
    anything with a stage (greetings, examples, lines, lore, knowledge, scenario, sources, events)
    or an author is a character; bare statements and traits describe a group.
    """
    stated = {persona.attributes.get(_TYPE, "").lower(), *(tag.lower() for tag in persona.tags)}
    for persona_type in get_args(PersonaType):
        if persona_type in stated:
            return persona_type  # type: ignore[no-any-return]
    origin = persona.provenance
    if origin.real_person and (origin.consent or not origin.sources):
        return "individualized"
    stage = (
        persona.greetings, persona.examples, persona.utterances, persona.lorebook,
        persona.knowledge, persona.scenario, persona.events, origin.sources, origin.creator,
    )  # fmt: skip
    return "character" if any(stage) else "demographic"


def lint(persona: Persona, persona_type: PersonaType | None = None) -> tuple[LintWarning, ...]:
    """The warnings for a persona of this type, or of the type it is taken for."""
    kind = persona_type or persona_type_of(persona)
    if kind == "demographic":
        return (
            LintWarning(
                "stereotype",
                kind,
                f"{persona.name} stands for a group: replies may repeat stereotypes about it and "
                "say nothing of any one member.",
            ),
        )
    return _lint_character(persona) if kind == "character" else _lint_individual(persona)


def _lint_character(persona: Persona) -> tuple[LintWarning, ...]:
    found: list[LintWarning] = []
    if not (persona.provenance.sources or persona.provenance.creator):
        found.append(
            LintWarning(
                "missing-source",
                "character",
                f"It is not said where {persona.name} comes from: name the work in "
                "provenance.sources, or the author in provenance.creator.",
            )
        )
    if not persona.attributes.get(TIME_BOUNDARY, "").strip():
        found.append(
            LintWarning(
                "missing-time-boundary",
                "character",
                f"It is not said up to when {persona.name} knows things, so replies may leak a "
                f"later time: set attributes.{TIME_BOUNDARY}.",
            )
        )
    return tuple(found)


def _lint_individual(persona: Persona) -> tuple[LintWarning, ...]:
    found: list[LintWarning] = []
    if not persona.provenance.consent.strip():
        found.append(
            LintWarning(
                "missing-consent",
                "individualized",
                f"{persona.name} is a real person's profile without consent on record: say in "
                "provenance.consent who agreed to what.",
            )
        )
    if not persona.attributes.get(RETENTION, "").strip():
        found.append(
            LintWarning(
                "missing-retention",
                "individualized",
                f"It is not said how long what is known of {persona.name} is kept: set "
                f"attributes.{RETENTION}.",
            )
        )
    return tuple(found)
