"""Decide which of the persona's tools to call, call them, and show the model what they returned."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from personae.data import Scene, Tool
from personae.draft import Count, Draft, Evidence, Kit, PromptPart, Step
from personae.errors import InvalidOption
from personae.lm.types import Message, Request, Sampling, ToolCall, Usage
from personae.registry import EntryInfo
from personae.steps.fit_prompt import spoken
from personae.steps.similar_calls import similar_calls

ENTRY = EntryInfo(needs=("schema",), embedder=True)

Decide: TypeAlias = Callable[[Sequence[Tool], int], tuple[list[ToolCall], Usage]]
_OVERHEAD_TOKENS = 32  # what a chat template adds

DECISION = (
    "You choose functions for {name}. Call a function only when the last message asks for what it "
    "does; for small talk call none. Use exact names and values from the list."
)


def call_tools(
    *,
    max_calls: Count = 2,
    instruction: str = DECISION,
    history_turns: Count = 4,
    min_similarity: float = 0.3,
) -> Step:
    """Choose up to `max_calls` calls before the character speaks; none of them can be invalid.

    With an embedder a function is called when the last turn is at least `min_similarity` (cosine)
    to it (see `similar_calls`), and the model writes only the arguments that cannot be enumerated.
    Without one the model decides. Either way it writes under a schema that admits the persona's
    tools and their parameter schemas only.
    Measured with the embedded model (name F1, turns with exactly the right calls, small talk that
    got a call): on 22 turns of `tern` by similarity 0.92, 95 %, 0 of 10; by the model under the
    schema 0.40, 14 %, 9 of 10; by log p(call | turn) - log p(call | no turn) 0.40 and 0 of 10; by
    log p(turn | function) 0.82 and 3 of 10. `wenna` orders them the same way (check of S018).
    Results come from host functions in `kit.tools`, else from the tool's own table
    (`returns: {by, cases, otherwise}`). Calls and results go into `notes["tool_calls"]`, the
    evidence, and a prompt part shown last.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        tools = draft.scene.persona.tools
        if not tools or not draft.scene.last_user_text:
            return draft
        kit.needs("call_tools", "schema")

        def written(tools: Sequence[Tool], max_calls: int) -> tuple[list[ToolCall], Usage]:
            request = decision_request(
                draft.scene, kit, tools, max_calls, instruction, history_turns
            )
            generation = kit.lm.generate(request)
            return calls_of(generation.text, tools)[:max_calls], generation.usage

        decide = (
            written if kit.embedder is None else _similar(draft.scene, kit, min_similarity, written)
        )
        calls, usage = decide(tools, max_calls)
        results = [(call, run_tool(call, tools, kit.tools)) for call in calls]
        draft = replace(draft, usage=draft.usage + usage).noting(
            tool_calls=[
                {"name": call.name, "arguments": call.arguments, "result": result}
                for call, result in results
            ]
        )
        return _with_results(draft, results)

    return step


def _similar(scene: Scene, kit: Kit, min_similarity: float, written: Decide) -> Decide:
    """The decision by similarity; `written` fills in what cannot be enumerated."""

    def decide(tools: Sequence[Tool], max_calls: int) -> tuple[list[ToolCall], Usage]:
        found = similar_calls(
            scene.last_user_text,
            tools,
            kit.need_embedder("call_tools"),
            min_similarity=min_similarity,
            max_calls=max_calls,
            name=scene.persona.display_name,
        )
        calls: list[ToolCall] = []
        usage = Usage()
        for call in found:
            if call.arguments is not None:
                calls.append(ToolCall(call.tool.name, dict(call.arguments)))
                continue
            filled, cost = written([call.tool], 1)
            calls, usage = calls + filled, usage + cost
        return [call for number, call in enumerate(calls) if call not in calls[:number]], usage

    return decide


def schema_of(tools: Sequence[Tool], max_calls: int) -> dict[str, Any]:
    """The JSON schema of a list of calls to these tools and no others."""
    one_call = [
        {
            "type": "object",
            "properties": {
                "name": {"const": tool.name},
                "arguments": {"additionalProperties": False, **tool.parameters},
            },
            "required": ["name", "arguments"],
            "additionalProperties": False,
        }
        for tool in tools
    ]
    return {
        "type": "object",
        "properties": {
            "calls": {"type": "array", "maxItems": max_calls, "items": {"anyOf": one_call}}
        },
        "required": ["calls"],
        "additionalProperties": False,
    }


def calls_of(text: str, tools: Sequence[Tool]) -> list[ToolCall]:
    """The calls in a decision; an answer cut off in the middle of its JSON calls nothing."""
    known = {tool.name for tool in tools}
    try:
        found = json.loads(text)["calls"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return []
    calls = [
        ToolCall(call["name"], call.get("arguments") or {})
        for call in (found if isinstance(found, list) else ())
        if isinstance(call, dict)
        and isinstance(call.get("name"), str)
        and call["name"] in known
        and isinstance(call.get("arguments") or {}, dict)
    ]
    return [call for number, call in enumerate(calls) if call not in calls[:number]]


def run_tool(
    call: ToolCall, tools: Sequence[Tool], functions: Mapping[str, Callable[..., Any]]
) -> Any:
    """What a call returns, as JSON data. A host function that fails returns `{"error": …}`."""
    if call.name in functions:
        try:
            result = functions[call.name](**call.arguments)
            return json.loads(json.dumps(result, ensure_ascii=False, default=str))
        except Exception as error:  # noqa: BLE001 - a tool's failure is an answer, not a crash
            return {"error": f"{type(error).__name__}: {error}"}
    table = next((tool.returns for tool in tools if tool.name == call.name), None)
    if not isinstance(table, dict) or not isinstance(table.get("cases"), dict):
        return table
    key = str(call.arguments.get(str(table.get("by", "")), "")).lower()
    cases = {str(case).lower(): value for case, value in table["cases"].items()}
    return cases.get(key, table.get("otherwise"))


def decision_request(
    scene: Scene,
    kit: Kit,
    tools: Sequence[Tool],
    max_calls: int = 2,
    instruction: str = DECISION,
    history_turns: int = 4,
) -> Request:
    """What the model is asked when it decides: the functions, the last turns, and a schema.

    Raises InvalidOption where functions and last turn do not fit the model's context.
    """
    listed = "\n".join(
        f"- {tool.name}: {tool.description} Parameters: "
        f"{json.dumps(tool.parameters.get('properties', {}), ensure_ascii=False)}"
        for tool in tools
    )
    asked = instruction.replace("{name}", scene.persona.display_name)
    system = f"{asked}\n\nFunctions:\n{listed}"
    sampling = Sampling(temperature=0.0, max_tokens=64 * max_calls, seed=kit.seed)
    room = kit.lm.context_tokens - sampling.max_tokens - _OVERHEAD_TOKENS
    question = _question(scene, room - kit.lm.count_tokens(system), history_turns, kit)
    return Request(
        messages=(Message("system", system), Message("user", question)),
        schema=schema_of(tools, max_calls),
        sampling=sampling,
        cancel=kit.cancel,
        replayable=kit.replayable,
    )


def _question(scene: Scene, room: int, history_turns: int, kit: Kit) -> str:
    """As many of the last turns as there is room for. Raises InvalidOption for too long a last."""
    needed = 0
    for turns in range(min(history_turns, len(scene.turns)), 0, -1):
        said = "\n".join(f"{turn.speaker}: {spoken(turn, scene)}" for turn in scene.turns[-turns:])
        question = f"{said}\n\nWhich calls, as JSON?"
        needed = kit.lm.count_tokens(question)
        if needed <= room:
            return question
    raise InvalidOption(
        f"The functions leave room for {max(room, 0)} tokens, and the last message has {needed}. "
        "Shorten it, or open the model with a larger context."
    )


def _with_results(draft: Draft, results: Sequence[tuple[ToolCall, Any]]) -> Draft:
    if not results:
        return draft
    found = [
        Evidence(json.dumps(result, ensure_ascii=False), f"tool:{call.name}", 1.0,
                 {"arguments": call.arguments})
        for call, result in results
    ]  # fmt: skip
    lines = "\n".join(
        f"- {call.name}({', '.join(map(str, call.arguments.values()))}): {piece.text}"
        for (call, _), piece in zip(results, found, strict=True)
    )
    part = PromptPart("tool results", f"What you just looked up:\n{lines}", role="volatile")
    return replace(draft, parts=(*draft.parts, part), evidence=(*draft.evidence, *found))
