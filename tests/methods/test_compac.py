"""The method compac: one z in the prompt, by the prior or by hand."""

from __future__ import annotations

from personae.data import Persona, Scene, Turn
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

ANA = Persona(name="Ana", statements=("I enjoy hiking.", "I work as a nurse."))


def prompt(**options) -> str:
    lm = ScriptedModel(["Fine."])
    speaker = Speaker(lm, "compac", options=options, embedder=open_embedder(), nli=open_nli())
    turns = (Turn(speaker="Bo", text="Do you like being out in nature?"),)
    speaker.reply(Scene(persona=ANA, user="Bo", turns=turns))
    return lm.requests[0].messages[0].content


def test_hiking_leads_to_nature():
    told = prompt()
    assert "I am fond of nature." in told
    assert "nurse" not in told


def test_another_z_by_hand_is_what_is_told():
    assert "I am fond of nature." not in prompt(z="1")
    assert "I work as a nurse." in prompt(z="1")
    assert "I fly kites." in prompt(z="I fly kites.")


def test_the_statements_stay_where_they_are_asked_for():
    assert all(text in prompt(alone=False) for text in ANA.statements)
