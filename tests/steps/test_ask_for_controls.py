"""Asking for attributes after the user's turn."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message
from personae.steps.ask_for_controls import ask_for_controls

KIT = Kit(ScriptedModel())
DRAFT = Draft(Scene(persona=Persona(name="Ana")))


def test_the_buckets_stand_after_the_users_turn():
    said = (Message("system", "You bake."), Message("user", "Hi."))
    draft = ask_for_controls(controls={"question": 7})(Draft(DRAFT.scene, messages=said), KIT)
    assert [one.content for one in draft.messages] == ["You bake.", "Hi. Question: ???????..."]
    assert draft.notes["asked_controls"] == {"question": 7}


def test_nothing_is_asked_of_a_prompt_that_does_not_end_with_the_user():
    draft = Draft(DRAFT.scene, messages=(Message("system", "You bake."),))
    assert ask_for_controls(controls={"question": 7})(draft, KIT) is draft


def test_a_bucket_that_there_is_not_is_refused_at_once():
    with pytest.raises(InvalidOption):
        ask_for_controls(controls={"specificity": 10})
