"""Tests of personae.formats.sides."""

from __future__ import annotations

import pytest

from personae.data import Dialogue, Persona, Turn
from personae.errors import FormatError
from personae.formats.sides import answering_side, both_sides, kept_fields, persona_as_text


def dialogue(*speakers: str, **labels: object) -> Dialogue:
    return Dialogue(
        id="d", turns=tuple(Turn(speaker=name, text="x") for name in speakers), labels=labels
    )


@pytest.mark.parametrize(
    ("given", "answering"),
    [
        (dialogue("A", "B", test_speaker="A"), "A"),
        (dialogue("A", "B", test_speaker="Zoe"), "B"),
        (dialogue("B", "A"), "B"),
        (dialogue("assistant", "user"), "assistant"),
        (dialogue("Ann", "Bo", "Cy"), "Bo"),
        (dialogue("Ann"), ""),
        (dialogue(), ""),
    ],
)
def test_the_answering_side_is_labelled_known_or_second(given, answering):
    assert answering_side(given) == answering


def test_narrators_are_no_side():
    turns = (Turn(speaker="Narrator", text="x", kind="narration"), Turn(speaker="Ann", text="x"))
    assert both_sides(Dialogue(id="d", turns=turns), "x") == ("Ann", "")


def test_a_third_speaker_is_refused():
    assert both_sides(dialogue("A", "B"), "it") == ("A", "B")
    with pytest.raises(FormatError, match="3 speakers; it holds two"):
        both_sides(dialogue("A", "B", "C"), "it")


def test_a_system_prompt_goes_before_lines_about_the_persona():
    persona = Persona(name="Ana", description="A baker.", statements=("I bake.",))
    assert persona_as_text(persona) == "A baker.\nI bake."
    assert persona_as_text(persona.model_copy(update={"system_prompt": "Be Ana."})) == "Be Ana."
    assert persona_as_text(None) == ""


def test_only_objects_are_kept_fields():
    assert kept_fields({"fields": {"a": 1}}) == {"a": 1}
    assert kept_fields({"fields": 7}) == {}
