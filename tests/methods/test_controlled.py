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
