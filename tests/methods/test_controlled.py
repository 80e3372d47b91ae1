"""The method with controllable attributes."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene, Turn
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

SCENE = Scene(
    persona=Persona(name="Ana"), user="Bo", turns=(Turn(speaker="Ana", text="I love dogs."),)
).said("Bo", "Hello.")


def distributor(request, text):
    return {"": 1.0} if len(text.split()) > 2 else {"dogs": 0.6, "cats": 0.3, "": 0.1}


def test_by_default_repetition_is_controlled():
    lm = ScriptedModel(distributor=distributor)
    assert Speaker(lm, "controlled", options={"weights": {}}).reply(SCENE).text == "dogs dogs dogs"
    assert Speaker(lm, "controlled").reply(SCENE).text == "cats"


def test_an_unknown_weight_is_an_option_that_does_not_fit():
    with pytest.raises(InvalidOption):
        Speaker(ScriptedModel(), "controlled", options={"weights": {"rep": 1}})


def test_controls_are_asked_of_the_adapter_after_the_users_turn():
    lm = ScriptedModel(distributor=distributor)
    speaker = Speaker(lm, "controlled", options={"controls": {"question": 7, "specificity": 6}})
    draft = speaker.prompt(SCENE)
    assert draft.messages[-1].content == "Hello. Question: ???????... Specificity: ******..."
    assert draft.adapters == (("controlled-attributes", 1.0),)
    assert speaker.reply(SCENE).text == "cats"  # repetition is controlled with controls too


def test_no_controls_leave_the_adapter_and_the_prompt_alone():
    lm = ScriptedModel(distributor=distributor)
    draft = Speaker(lm, "controlled", options={"controls": {}}).prompt(SCENE)
    assert draft.messages[-1].content == "Hello."
    assert draft.adapters
    assert not Speaker(lm, "controlled").prompt(SCENE).adapters


def asking(request, text):
    return {"": 1.0} if text else {"Bread.": 0.8, "Pets?": 0.2}


def test_boost_takes_a_question_where_a_candidate_has_one():
    options = {"controls": {"question": 10}, "candidates": 12, "boost": True}
    lm = ScriptedModel(distributor=asking)
    draft = Speaker(lm, "controlled", options=options).reply(SCENE).draft
    assert len(draft.candidates) == 12
    assert draft.candidates[0].text == "Bread."
    assert draft.reply == "Pets?"
    assert "extrep_2gram" not in draft.candidates[0].detail["weights"]
    plain = Speaker(lm, "controlled", options={**options, "boost": False}).reply(SCENE)
    assert plain.text == "Bread."  # the best score of the candidates


def test_boost_needs_candidates():
    with pytest.raises(InvalidOption, match="candidates=2 or more"):
        Speaker(ScriptedModel(), "controlled", options={"boost": True})
