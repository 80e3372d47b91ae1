"""Warnings about a persona by its type (S057)."""

from __future__ import annotations

import pytest

from personae.catalog.lint import lint, persona_type_of
from personae.data import Event, Passage, Persona, Provenance

NURSE = Persona(name="A nurse", statements=("I work nights.",))
HAMLET = Persona(name="Hamlet", provenance=Provenance(sources=("Hamlet, 1603",)))
KIM = Persona(name="Kim", provenance=Provenance(real_person=True))


def names(persona: Persona, **options: str) -> list[str]:
    return [warning.name for warning in lint(persona, **options)]


@pytest.mark.parametrize(
    ("persona", "expected"),
    [
        (NURSE, "demographic"),
        (HAMLET, "character"),
        (KIM, "individualized"),
        (Persona(name="N", greetings=("Hi.",)), "character"),
        (Persona(name="N", knowledge=(Passage(text="x"),)), "character"),
        (Persona(name="N", events=(Event(id="e", what_happened="x"),)), "character"),
        (Persona(name="N", provenance=Provenance(creator="us")), "character"),
        # A figure of history comes from published sources; a user does not.
        (
            Persona(name="N", provenance=Provenance(real_person=True, sources=("her letters",))),
            "character",
        ),
        (
            Persona(
                name="N",
                provenance=Provenance(real_person=True, sources=("chats",), consent="signed"),
            ),
            "individualized",
        ),
    ],
)
def test_the_type_is_guessed_from_what_the_persona_is_made_of(
    persona: Persona, expected: str
) -> None:
    assert persona_type_of(persona) == expected


@pytest.mark.parametrize(
    "stated", [{"tags": ("Individualized",)}, {"attributes": {"persona_type": "individualized"}}]
)
def test_a_stated_type_beats_the_guess(stated: dict[str, object]) -> None:
    assert persona_type_of(HAMLET.model_copy(update=stated)) == "individualized"


def test_a_group_brings_the_notice_about_stereotypes() -> None:
    (warning,) = lint(NURSE)
    assert warning.name == "stereotype"
    assert "A nurse" in warning.message


def test_a_figure_without_source_or_time_brings_both_warnings() -> None:
    assert names(Persona(name="N", greetings=("Hi.",))) == [
        "missing-source",
        "missing-time-boundary",
    ]
    assert names(HAMLET) == ["missing-time-boundary"]
    assert names(HAMLET.model_copy(update={"attributes": {"known_until": "act 5"}})) == []


def test_a_user_without_consent_or_retention_brings_both_warnings() -> None:
    assert names(KIM) == ["missing-consent", "missing-retention"]
    agreed = Provenance(real_person=True, consent="by mail, 3 May")
    assert names(KIM.model_copy(update={"provenance": agreed})) == ["missing-retention"]
    kept = {"provenance": agreed, "attributes": {"retention": "30 days"}}
    assert names(KIM.model_copy(update=kept)) == []


def test_blank_words_are_no_consent() -> None:
    blank = Provenance(real_person=True, consent="  ")
    assert "missing-consent" in names(KIM.model_copy(update={"provenance": blank}))


def test_the_type_can_be_given() -> None:
    assert names(NURSE, persona_type="individualized") == ["missing-consent", "missing-retention"]
