"""plain: persona prompt and history, nothing else."""

from __future__ import annotations

from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker


def test_the_prompt_is_the_persona_and_the_history(rich_scene):
    lm = ScriptedModel(["Two euro."])
    reply = Speaker(lm, "plain").reply(rich_scene)
    (request,) = lm.requests
    assert [m.role for m in request.messages] == [
        "system", "assistant", "user", "assistant", "system", "user",
    ]  # fmt: skip
    assert "I have two dogs." in request.messages[0].content
    assert request.messages[1].content == "Good morning, Bo!"
    assert request.messages[4].content == "Never mention Bo's debts."
    assert reply.draft.evidence == ()


def test_the_history_can_be_shortened(rich_scene):
    lm = ScriptedModel(["Two euro."])
    Speaker(lm, "plain", options={"history_turns": 1}).reply(rich_scene)
    said = [m.content for m in lm.requests[0].messages if m.role in ("user", "assistant")]
    assert said == [rich_scene.turns[-1].text]


def test_the_number_of_sentences_is_limited_or_not(rich_scene):
    text = "One thing. Two things. Three things. Four things."
    short = Speaker(ScriptedModel([text]), "plain", options={"max_sentences": 1})
    assert short.reply(rich_scene).text == "One thing."
    free = Speaker(ScriptedModel([text]), "plain", options={"max_sentences": 0})
    assert free.reply(rich_scene).text == text
