"""principled: the persona in one line, and the three mitigations."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene, Turn
from personae.lm.scripted import ScriptedModel
from personae.methods.principled import CONSTRAINTS, FORMAT
from personae.speaker import Speaker

LINE = "You are an expert in biology."


def scene(line=LINE, **fields):
    persona = Persona(name="Assistant", system_prompt=line, **fields)
    return Scene(persona=persona, turns=(Turn(speaker="User", text="How many legs has a spider?"),))


def messages(lm):
    return [[(one.role, one.content) for one in request.messages] for request in lm.requests]


def test_the_prompt_is_the_line_and_the_question_and_the_answer_is_left_as_it_is():
    lm = ScriptedModel(["Eight.\nTherefore, the answer is (C). And more. And more. And more."])
    reply = Speaker(lm, "principled").reply(scene())
    assert messages(lm) == [[("system", LINE), ("user", "How many legs has a spider?")]]
    assert reply.text.count("\n") == 1
    assert reply.text.endswith("And more.")
    assert lm.requests[0].sampling.temperature == 0


def test_of_nobody_nothing_is_said_whatever_the_mitigation():
    for mitigation in ("none", "instruction", "refine", "refine-basic"):
        lm = ScriptedModel(["Eight."])
        Speaker(lm, "principled", options={"mitigation": mitigation}).reply(scene(""))
        assert messages(lm) == [[("user", "How many legs has a spider?")]]


def test_a_card_is_told_by_name_and_statements_without_rules():
    lm = ScriptedModel(["Eight."])
    Speaker(lm, "principled").reply(scene("", statements=("I have two dogs.",)))
    told = messages(lm)[0][0][1]
    assert told == "You are Assistant.\n\nFacts about Assistant:\n- I have two dogs."


def test_an_instruction_adds_the_constraints_to_the_line():
    lm = ScriptedModel(["Eight."])
    Speaker(lm, "principled", options={"mitigation": "instruction"}).reply(scene())
    ((role, told), _) = messages(lm)[0]
    assert role == "system"
    assert told.startswith(LINE)
    assert all(one in told for one in CONSTRAINTS)


@pytest.mark.parametrize("mitigation", ["refine", "refine-basic"])
def test_refining_answers_without_the_persona_first(mitigation):
    lm = ScriptedModel(["Six, I think.", "Eight."])
    reply = Speaker(lm, "principled", options={"mitigation": mitigation}).reply(scene())
    first, second = messages(lm)
    assert first == [("user", "How many legs has a spider?")]
    assert second[:2] == [*first, ("assistant", "Six, I think.")]
    role, asked = second[2]
    assert role == "user"
    assert LINE in asked
    is_constrained = mitigation == "refine"
    assert all((one in asked) == is_constrained for one in (*CONSTRAINTS, FORMAT))
    assert reply.text == "Eight."
    assert reply.draft.notes["first_answer"] == "Six, I think."


def test_options_are_ranked_after_the_refining_prompt():
    lm = ScriptedModel(["Six."])
    speaker = Speaker(lm, "principled", options={"mitigation": "refine"})
    request = speaker.request(scene())
    assert [one.role for one in request.messages] == ["user", "assistant", "user"]
    assert len(lm.requests) == 1


def test_an_empty_answer_is_an_answer():
    reply = Speaker(ScriptedModel([" "]), "principled").reply(scene())
    assert reply.text == ""
