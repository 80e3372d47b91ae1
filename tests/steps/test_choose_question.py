"""The boost of question-asking: which candidate is taken."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene, Turn
from personae.draft import Candidate, Draft, Kit
from personae.errors import PersonaeError
from personae.lm.scripted import ScriptedModel
from personae.steps.choose_question import choose_question

KIT = Kit(ScriptedModel())
SCENE = Scene(persona=Persona(name="Ana"), turns=(Turn(speaker="Ana", text="Do you like dogs?"),))


def chosen(*candidates: Candidate) -> str:
    return choose_question()(Draft(SCENE, candidates=candidates), KIT).reply


def candidate(text: str, score: float = 0.0, **detail: object) -> Candidate:
    return Candidate(text, scores={"weighted": score}, detail=detail)


def test_a_question_goes_before_a_likelier_statement():
    assert chosen(candidate("I bake.", 0), candidate("Any pets?", -3)) == "Any pets?"


def test_a_question_that_repeats_nothing_goes_before_a_likelier_one_that_does():
    assert chosen(candidate("Do you like cats?", 0), candidate("Any pets?", -3)) == "Any pets?"


def test_of_equally_new_questions_the_likelier_is_taken():
    assert chosen(candidate("Why not?", -3), candidate("Any pets?", -1)) == "Any pets?"


def test_without_a_question_the_first_by_the_same_order_is_taken():
    assert chosen(candidate("You like dogs.", 0), candidate("I bake.", -3)) == "I bake."


def test_a_faulty_question_comes_last_of_the_questions():
    assert chosen(candidate("Hm?", 0, faults=["echoes"]), candidate("Any pets?", -9)) == "Any pets?"


def test_nothing_to_choose_from_is_said():
    with pytest.raises(PersonaeError, match="nothing to choose from"):
        chosen()
