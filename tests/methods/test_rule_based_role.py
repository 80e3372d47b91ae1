"""rule-based-role (S018): the scene contract, and calls decided first."""

from __future__ import annotations

import json

from personae.lm.scripted import ScriptedModel
from personae.methods.rule_based_role import contract
from personae.speaker import Speaker

NO_CALLS = json.dumps({"calls": []})


def test_the_contract_numbers_its_rules(rich_scene):
    lines = contract(rich_scene, 12).split("\n")
    assert lines[0] == "Scene contract:"
    assert lines[1] == "1. Speak only as Ana, in the first person, to Bo."
    assert lines[2] == "2. At most 12 words."
    assert [line.partition(".")[0] for line in lines[1:]] == ["1", "2", "3", "4", "5"]


def test_a_persona_without_tools_has_no_rule_about_them(rich_scene):
    persona = rich_scene.persona.model_copy(update={"tools": ()})
    scene = rich_scene.model_copy(update={"persona": persona})
    assert "looked up" not in contract(scene, 30)
    lm = ScriptedModel(["Fine."])
    Speaker(lm, "rrp").reply(scene)
    assert len(lm.requests) == 1


def test_the_call_is_decided_by_rules_before_the_character_speaks(rich_scene):
    lm = ScriptedModel([NO_CALLS, "Fine."])
    reply = Speaker(lm, "rrp", options={"max_words": 9}).reply(rich_scene)
    decision, answer = lm.requests
    assert decision.messages[0].content.startswith(
        "You decide for Ana before Ana speaks. Rules: 1."
    )
    assert decision.schema is not None
    assert contract(rich_scene, 9) in answer.messages[0].content
    assert answer.schema is None
    assert reply.text == "Fine."
    assert reply.to_dict()["usage"]["completion_tokens"] == len(NO_CALLS.split()) + 1


def test_what_goes_past_the_contracts_length_is_left_out(rich_scene):
    lm = ScriptedModel([NO_CALLS, "The rope is sold. There was a great storm in the bay."])
    assert (
        Speaker(lm, "rrp", options={"max_words": 6}).reply(rich_scene).text == "The rope is sold."
    )
