"""call_tools: which calls are allowed, how they are made, and what the model gets to see."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Tool
from personae.draft import Draft, Kit
from personae.errors import CapabilityError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.lm.types import ToolCall
from personae.steps.call_tools import call_tools, calls_of, run_tool, schema_of

BREADS = {"type": "object", "properties": {"bread": {"type": "string"}}, "required": ["bread"]}
PRICE = Tool(
    name="price_of",
    description="The price.",
    parameters=BREADS,
    returns={"by": "bread", "cases": {"Rye": "2 euro"}, "otherwise": "not sold"},
)
BELL = Tool(name="ring", returns="Ding.")


def decision(*calls: tuple[str, dict]) -> str:
    return json.dumps({"calls": [{"name": name, "arguments": given} for name, given in calls]})


@pytest.fixture
def draft(dialogue_scene):
    return Draft(dialogue_scene("Hi.", "Hello.", "The price of rye?", tools=(PRICE, BELL)))


def test_the_schema_admits_the_tools_and_nothing_else():
    schema = schema_of([PRICE, BELL], 2)
    one, other = schema["properties"]["calls"]["items"]["anyOf"]
    assert one["properties"]["name"] == {"const": "price_of"}
    assert one["properties"]["arguments"] == {"additionalProperties": False, **BREADS}
    assert other["properties"]["name"] == {"const": "ring"}
    assert schema["properties"]["calls"]["maxItems"] == 2
    assert schema["additionalProperties"] is one["additionalProperties"] is False


def test_the_decision_is_asked_for_under_the_schema(draft):
    model = ScriptedModel([decision()])
    call_tools(max_calls=1, instruction="Choose for {name}; {braces} stay.")(draft, Kit(model))
    (request,) = model.requests
    assert request.schema == schema_of([PRICE, BELL], 1)
    assert request.sampling.temperature == 0
    assert request.messages[0].content.startswith("Choose for Ana; {braces} stay.")
    assert "Bo: The price of rye?" in request.messages[1].content


def test_what_was_looked_up_is_shown_last(draft):
    model = ScriptedModel([decision(("price_of", {"bread": "rye"}), ("ring", {}))])
    done = call_tools()(draft, Kit(model))
    part = done.parts[-1]
    assert part.role == "volatile"
    assert part.text == ('What you just looked up:\n- price_of(rye): "2 euro"\n- ring(): "Ding."')
    assert [piece.source for piece in done.evidence] == ["tool:price_of", "tool:ring"]
    assert done.notes["tool_calls"][0] == {
        "name": "price_of", "arguments": {"bread": "rye"}, "result": "2 euro",
    }  # fmt: skip
    assert done.usage.prompt_tokens > 0


def test_without_a_call_nothing_is_shown(draft):
    done = call_tools()(draft, Kit(ScriptedModel([decision()])))
    assert (done.parts, done.evidence, done.notes["tool_calls"]) == ((), (), [])


def test_without_tools_or_without_a_question_nothing_is_asked(dialogue_scene):
    model = ScriptedModel([decision()])
    for scene in (dialogue_scene("Hi."), dialogue_scene(tools=(PRICE,))):
        assert call_tools()(Draft(scene), Kit(model)) == Draft(scene)
    assert model.requests == ()


def test_a_model_without_schemas_is_refused(draft):
    with pytest.raises(CapabilityError, match="call_tools needs the capability 'schema'"):
        call_tools()(draft, Kit(ScriptedModel(capabilities=["chat"])))


def test_a_question_that_does_not_fit_is_refused_and_old_turns_are_left_out(dialogue_scene):
    scene = dialogue_scene("old " * 300, "Hello.", "The price of rye?", tools=(PRICE,))
    model = ScriptedModel([decision()], context_tokens=400)
    call_tools()(Draft(scene), Kit(model))
    assert "old" not in model.requests[0].messages[1].content
    with pytest.raises(InvalidOption, match="leave room for"):
        call_tools()(Draft(scene.said("Bo", "new " * 400)), Kit(model))


@pytest.mark.parametrize(
    "text",
    ["", "no json", '{"calls": [{"name": "pri', "[]", '{"calls": 5}', '{"calls": null}', "null",
     '{"calls": [5, null, {"name": "unknown"}, {"name": ["x"]}]}',
     '{"calls": [{"name": "ring", "arguments": [1]}]}', "[" * 100_000],
)  # fmt: skip
def test_a_decision_that_is_none_calls_nothing(text):
    assert calls_of(text, [PRICE, BELL]) == []


KEYS = st.sampled_from(["calls", "name", "arguments", "x"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5) | st.just("ring"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
)


@given(value=VALUES)
def test_any_json_gives_calls_of_known_tools_with_arguments(value):
    for call in calls_of(json.dumps(value), [PRICE, BELL]):
        assert call.name in ("ring", "price_of")
        assert isinstance(call.arguments, dict)


def test_the_same_call_is_made_once_and_never_more_than_allowed(draft):
    asked: list[str] = []
    calls = [("ring", {}), ("ring", {}), ("price_of", {"bread": "a"}), ("price_of", {"bread": "b"})]
    kit = Kit(
        ScriptedModel([decision(*calls)]), tools={"price_of": lambda bread: asked.append(bread)}
    )
    done = call_tools(max_calls=2)(draft, kit)
    assert [call["name"] for call in done.notes["tool_calls"]] == ["ring", "price_of"]
    assert asked == ["a"]


@pytest.mark.parametrize(
    ("arguments", "result"),
    [({"bread": "RYE"}, "2 euro"), ({"bread": "corn"}, "not sold"), ({}, "not sold"),
     ({"bread": ["rye"]}, "not sold")],
)  # fmt: skip
def test_a_table_answers_by_its_key_in_any_case(arguments, result):
    assert run_tool(ToolCall("price_of", arguments), [PRICE], {}) == result


@pytest.mark.parametrize("returns", ["text", None, {"a": 1}, {"cases": [1, 2]}])
def test_a_tool_without_a_table_answers_what_it_holds(returns):
    tool = Tool(name="t", returns=returns)
    assert run_tool(ToolCall("t", {}), [tool], {}) == returns


def test_a_host_function_goes_before_the_table():
    tools = {"price_of": lambda bread: {"bread": bread}}
    assert run_tool(ToolCall("price_of", {"bread": "rye"}), [PRICE], tools) == {"bread": "rye"}


@pytest.mark.parametrize(
    ("function", "fault"),
    [
        (lambda bread: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda: 1, "TypeError: "),
        (lambda bread: {(1, 2): 3}, "TypeError: keys must be"),
    ],
)
def test_a_host_function_that_fails_answers_with_its_error(function, fault):
    result = run_tool(ToolCall("price_of", {"bread": "x"}), [PRICE], {"price_of": function})
    assert result["error"].startswith(fault)


def test_what_a_host_function_returns_becomes_json(draft):
    from datetime import date

    kit = Kit(
        ScriptedModel([decision(("price_of", {"bread": "rye"}))]),
        tools={"price_of": lambda bread: {"day": date(2026, 1, 2), "list": (1, 2)}},
    )
    done = call_tools()(draft, kit)
    assert done.notes["tool_calls"][0]["result"] == {"day": "2026-01-02", "list": [1, 2]}
    json.dumps(done.notes)
