"""The method peacok: what follows from the persona is in the prompt, with the shipped graph."""

from __future__ import annotations

from personae.data import Persona, Scene, Turn
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

NURSE = Persona(name="Ana", statements=("I work as a nurse.", "I have a red bike."))


def prompt(method: str, message: str, **options) -> str:
    lm = ScriptedModel(["Fine."])
    speaker = Speaker(lm, method, options=options, embedder=open_embedder(), nli=open_nli())
    scene = Scene(persona=NURSE, user="Bo", turns=(Turn(speaker="Bo", text=message),))
    speaker.reply(scene)
    return lm.requests[0].messages[0].content


def test_facts_that_bear_on_the_turn_are_told():
    told = prompt("peacok", "What do you do with your patients at the hospital?")
    assert "I hand patients over to the next nurse." in told
    assert all(text in told for text in NURSE.statements)


def test_without_facts_the_prompt_is_the_plain_one():
    message = "What do you do with your patients at the hospital?"
    assert prompt("peacok", message, fits=1.0) == prompt("plain", message)
