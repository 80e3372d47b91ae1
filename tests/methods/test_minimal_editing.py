"""The method that edits another method's reply."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene
from personae.errors import InvalidOption, UnknownEntry
from personae.lm.scripted import ScriptedModel
from personae.methods.minimal_editing import minimal_editing
from personae.speaker import Speaker

SCENE = Scene(persona=Persona(name="Ana", statements=("I have no dogs.",))).said("Bo", "Pets?")


@pytest.mark.parametrize("of", ["plain", "pseudo-dialogue", "in-character"])
def test_any_methods_reply_is_edited(of, word_nli, word_embedder):
    lm = ScriptedModel(["Sure, I have three dogs."])
    options = {"of": of, "options": {"max_tokens": 40}}
    speaker = Speaker(lm, "gme", options=options, nli=word_nli, embedder=word_embedder)
    reply = speaker.reply(SCENE)
    assert reply.text == "Sure, I have no dogs."
    assert reply.draft.candidates[0].detail["edited_from"] == "Sure, I have three dogs."


def test_a_consistent_reply_is_that_of_the_other_method(word_nli):
    lm = ScriptedModel(["Sure, I like the sea."])
    plain, edited = (
        Speaker(lm, name, nli=word_nli).reply(SCENE).text for name in ("plain", "minimal-editing")
    )
    assert edited == plain == "Sure, I like the sea."


def test_it_does_not_edit_itself():
    with pytest.raises(InvalidOption, match="another method"):
        minimal_editing(of="gme")
    with pytest.raises(UnknownEntry):
        minimal_editing(of="nothing")
