from __future__ import annotations

import json

from personae.data import Persona, Scene
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

SCENE = Scene(persona=Persona(name="Ana", statements=("I bake bread.",))).said("User", "What now?")


def thinking(said, answer="Bread, of course."):
    lm = ScriptedModel([said, answer])
    return lm, Speaker(lm, "reasoned").reply(SCENE)


def test_the_thought_stands_before_the_last_message_and_is_not_shown():
    lm, reply = thinking(json.dumps({"thought": "Ana cares for\nbread."}))
    assert reply.text == "Bread, of course."
    *_, aside, last = lm.requests[-1].messages
    assert aside.content == "What matters to Ana here: Ana cares for bread."
    assert last.content == "What now?"
    assert reply.draft.notes["thought"] == "Ana cares for bread."
    assert "I bake bread." in lm.requests[0].messages[0].content


def test_a_thought_that_cannot_be_read_is_none():
    for said in ("", '{"thought": "cut sh', '{"thought": 3}', "[]"):
        lm, reply = thinking(said)
        assert reply.text == "Bread, of course."
        assert not any("What matters" in one.content for one in lm.requests[-1].messages)
        assert reply.draft.notes["thought"] == ""
