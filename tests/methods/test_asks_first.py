"""asks-first: its questions cost no tokens, then the answer heeds the replies."""

from __future__ import annotations

from personae.data import Persona, Scene
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker
from personae.text.preferences import QUESTIONS

ASKED = list(QUESTIONS.values())
SCENE = Scene(persona=Persona(name="Assistant")).said("User", "How much change?")


def test_it_asks_one_question_a_reply_before_it_answers():
    lm = ScriptedModel(["Eight euros."])
    speaker, scene = Speaker(lm, "asks-first", options={"questions": 2}), SCENE
    for question in ASKED[:2]:
        assert speaker.reply(scene).text == question
        scene = scene.said("Assistant", question).said("User", "Short, please.")
    assert not lm.requests
    assert speaker.reply(scene).text == "Eight euros."
    system = lm.requests[0].messages[0].content
    assert f"- {ASKED[0]} Short, please." in system


def test_without_questions_it_answers_at_once():
    lm = ScriptedModel(["Eight euros."])
    assert Speaker(lm, "asks-first", options={"questions": 0}).reply(SCENE).text == "Eight euros."
    assert "What the user said" not in lm.requests[0].messages[0].content


def test_the_recap_can_be_left_out():
    lm = ScriptedModel(["Eight euros."])
    scene = SCENE.said("Assistant", ASKED[0]).said("User", "Short, please.")
    Speaker(lm, "asks-first", options={"questions": 1, "recap": False}).reply(scene)
    assert "What the user said" not in lm.requests[0].messages[0].content
