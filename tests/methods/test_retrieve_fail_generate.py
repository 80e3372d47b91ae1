"""retrieve-fail-generate: the role in the place of the persona, and its ways in `/why`."""

from __future__ import annotations

from personae.data import Persona, Scene
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker


def test_the_prompt_is_the_role_under_the_personas_name():
    lm = ScriptedModel()
    persona = Persona(name="Iris", statements=("I have two dogs.",))
    scene = Scene(persona=persona).said("User", "Hello?")
    draft = Speaker(lm, "retrieve-fail-generate").prompt(scene)
    assert [message.role for message in draft.messages] == ["system", "user"]
    system = draft.messages[0].content
    assert system.startswith("Iris is a computer voice")
    assert "Talk as Iris" in system
    assert "two dogs" not in system
    assert "{{" not in system


def test_short_names_find_it_and_the_way_is_noted():
    scene = Scene(persona=Persona(name="Marion")).said("User", "I had porridge.")
    reply = Speaker(ScriptedModel(), "carecall").reply(scene).to_dict()
    assert reply["reply"] == "Porridge is a good start. Did you sleep well?"
    assert reply["evidence"][0]["source"] == "stored reply"
