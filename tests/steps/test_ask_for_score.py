"""The score after the user's turn."""

from personae.data import Persona, Scene
from personae.draft import Draft, Kit
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message
from personae.steps.ask_for_score import ask_for_score


def asked(*messages, score=1.0):
    draft = Draft(Scene(persona=Persona(name="Ana")), messages=messages)
    return ask_for_score(score=score)(draft, Kit(ScriptedModel())).messages


def test_the_score_follows_the_last_message_alone():
    before, last = asked(Message("user", "Hi."), Message("user", "Pets?"), score=0.85)
    assert before.content == "Hi."
    assert last.content == "Pets? Score: 0.85"


def test_nothing_is_asked_where_the_user_has_not_spoken():
    messages = (Message("system", "You bake."),)
    assert asked(*messages) == messages
    assert asked() == ()
