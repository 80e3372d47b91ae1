"""The guard, as the model is asked; what it checks is tested with its step."""

import pytest

from personae.data import Persona, Scene
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

SCENE = Scene(persona=Persona(name="Ana", statements=("I have two dogs.",))).said("Bo", "Pets?")


def test_an_adapter_writes_what_the_guard_checks(word_nli, word_embedder):
    lm = ScriptedModel(["I have no dogs.", "I have two dogs."])
    options = {"adapter": "score-before-speaking", "score": 1.0}
    speaker = Speaker(lm, "guard", options=options, nli=word_nli, embedder=word_embedder)
    assert speaker.reply(SCENE).text == "I have two dogs."
    first, second = lm.requests
    assert first.adapters == second.adapters == (("score-before-speaking", 1.0),)
    assert [one.content for one in first.messages] == [
        "Your name is Ana. You have two dogs.", "Pets? Score: 1.0",
    ]  # fmt: skip
    assert second.messages[-1].content == "Pets? Score: 1.0"


def test_without_an_adapter_nobody_can_be_asked_for_a_score():
    with pytest.raises(InvalidOption, match=r"score=0\.9 asks an adapter"):
        Speaker(ScriptedModel(), "guard", options={"score": 0.9})
