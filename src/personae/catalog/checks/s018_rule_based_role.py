"""S018 apo-rrp: no invalid call ever, short replies, and how well calls are decided.

The prompt optimiser of the row is not built, so not checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import in_parallel, mean, replies_to
from personae.catalog.cpdc_sample import read_turns
from personae.catalog.wenna_turns import CHARACTER, FRESH, SEEN, LabelledTurn
from personae.data import Scene, Tool
from personae.draft import Kit
from personae.load import load_persona
from personae.methods.rule_based_role import DECISION
from personae.speaker import Speaker
from personae.steps.call_tools import decision_request
from personae.steps.similar_calls import similar_calls

if TYPE_CHECKING:
    from personae.encoders.types import Embedder
    from personae.lm.types import LanguageModel

MAX_WORDS = 30
_FREE_TURNS = 24  # asked of the model with and without the schema
_REPLIES = 16
_FREE_TOKENS = 64
_NAME = re.compile(r'"(?:name|function)"\s*:\s*"([^"]*)"')

Call = tuple[str, str]


def check(context: CheckContext) -> list[str]:
    """Validity, call metrics against the model's own decision, reply length."""
    lm, embedder = context.lm(), context.embedder()
    turns = (*SEEN, *FRESH)
    evidence = compare_validity(lm, every_other(turns)[:_FREE_TURNS])
    evidence += compare_decisions(lm, embedder)
    evidence += cpdc_figures(lm, embedder, context)
    return evidence + compare_lengths(lm, embedder, turns[-_REPLIES:])


def every_other(turns: Sequence[LabelledTurn]) -> list[LabelledTurn]:
    """Half of the turns, of all kinds."""
    return list(turns[::2])


def compare_validity(lm: LanguageModel, turns: Sequence[LabelledTurn]) -> list[str]:
    """The model's own calls under the schema and from the prompt alone. Raises CheckFailed."""
    tools = load_persona(CHARACTER).tools
    held = [call for calls in decided(lm, None, turns) for call in calls]
    wrong = [call for call in held if not is_valid(call, tools)]
    free = in_parallel(lambda turn: free_answer(lm, turn.text), turns)
    counts = count_faults(free, tools)
    expect(bool(held), "Under the schema the model called nothing at all: nothing was tested.")
    expect(not wrong, f"{len(wrong)} of {len(held)} calls under the schema are invalid: {wrong}.")
    expect(counts.any > 0, "The prompt alone gave no invalid call either: the schema adds nothing.")
    return [
        f"calls that do not exist, {len(turns)} turns, the model decides: under the schema 0 of "
        f"{len(held)}; from the prompt alone {counts.any} answers are invalid ({counts.names} "
        f"invent a function, {counts.arguments} a value, {counts.no_json} are no JSON)",
    ]


@dataclass(frozen=True, slots=True)
class Faults:
    """How many free answers have at least one invented name, value, or are not JSON."""

    names: int
    arguments: int
    no_json: int
    any: int


def count_faults(answers: Sequence[str], tools: Sequence[Tool]) -> Faults:
    """What is wrong with answers that no schema held."""
    found = [faults_of_answer(answer, tools) for answer in answers]
    return Faults(
        names=sum("name" in faults for faults in found),
        arguments=sum("argument" in faults for faults in found),
        no_json=sum("json" in faults for faults in found),
        any=sum(bool(faults) for faults in found),
    )


def faults_of_answer(answer: str, tools: Sequence[Tool]) -> set[str]:
    """`name`, `argument` and `json`: what keeps a free answer from being run."""
    known = {tool.name for tool in tools}
    faults = {"name" for name in _NAME.findall(answer) if name not in known}
    try:
        value = json.loads(answer[answer.index("{") : answer.rindex("}") + 1])
    except (ValueError, RecursionError):
        return faults | {"json"}
    calls = value.get("calls") if isinstance(value, dict) else None
    for call in calls if isinstance(calls, list) else []:
        if isinstance(call, dict) and call.get("name") in known:
            arguments = call.get("arguments")
            given = list(arguments.values()) if isinstance(arguments, dict) else [None]
            if any(not is_valid((str(call["name"]), str(item)), tools) for item in given):
                faults.add("argument")
    return faults if isinstance(calls, list) else faults | {"json"}


def is_valid(call: Call, tools: Sequence[Tool]) -> bool:
    """Whether the function exists and the value is one that its parameter allows."""
    name, value = call
    for tool in tools:
        if tool.name == name:
            schemas = tool.parameters.get("properties", {}).values()
            return any(value in schema.get("enum", [value]) for schema in schemas)
    return False


def free_answer(lm: LanguageModel, heard: str) -> str:
    """What the model writes to the same decision prompt when no schema holds it."""
    scene = _scene(heard)
    request = decision_request(scene, Kit(lm), scene.persona.tools, instruction=DECISION)
    sampling = replace(request.sampling, max_tokens=_FREE_TOKENS)
    return lm.generate(replace(request, schema=None, sampling=sampling)).text


def decided(
    lm: LanguageModel, embedder: Embedder | None, turns: Sequence[LabelledTurn]
) -> list[list[Call]]:
    """The calls that the method decides on for each turn; no reply is written."""
    speaker = Speaker(lm, "rule-based-role", embedder=embedder)
    drafts = in_parallel(lambda turn: speaker.prompt(_scene(turn.text)), turns)
    return [[_as_call(call) for call in draft.notes.get("tool_calls", ())] for draft in drafts]


def compare_decisions(lm: LanguageModel, embedder: Embedder) -> list[str]:
    """Call metrics by similarity, and of the model alone on the same turns. Raises CheckFailed."""
    halves = {"seen": SEEN, "fresh": FRESH}
    found = {name: call_metrics(decided(lm, embedder, half), half) for name, half in halves.items()}
    alone_on = every_other(FRESH)
    alone = call_metrics(decided(lm, None, alone_on), alone_on)
    fresh = found["fresh"]
    expect(fresh.name_f1 > alone.name_f1, f"By similarity {fresh}, the model alone {alone}.")
    expect(fresh.name_f1 >= 0.6, f"The name F1 on fresh turns is {fresh.name_f1:.2f}, below 0.6.")
    expect(fresh.over_calls <= 0.34, f"Of small talk {fresh.over_calls:.0%} got a call.")
    return [
        *(f"decided by similarity, {len(halves[name])} {name} turns: {metrics}"
          for name, metrics in found.items()),
        f"decided by the model under the schema, {len(alone_on)} fresh turns: {alone}",
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CallMetrics:
    """Name F1 over turns (a set of names each), turns with exactly the gold calls, over-calling."""

    name_f1: float
    exact: float
    over_calls: float

    def __str__(self) -> str:
        return (
            f"name F1 {self.name_f1:.2f}, exact calls {self.exact:.0%}, calls in "
            f"{self.over_calls:.0%} of small talk"
        )


def call_metrics(found: Sequence[Sequence[Call]], turns: Sequence[LabelledTurn]) -> CallMetrics:
    """The metrics of decisions against the gold calls."""
    pairs = [(set(calls), set(turn.calls)) for calls, turn in zip(found, turns, strict=True)]
    names = [({name for name, _ in a}, {name for name, _ in b}) for a, b in pairs]
    quiet = [bool(a) for a, b in pairs if not b]
    return CallMetrics(f1(names), mean([float(a == b) for a, b in pairs]), mean(quiet))


def f1(pairs: Sequence[tuple[set[str], set[str]]]) -> float:
    """Micro-averaged F1 of sets; 1 where nothing was wanted and nothing found."""
    hits = sum(len(found & gold) for found, gold in pairs)
    total = sum(len(found) + len(gold) for found, gold in pairs)
    return 2 * hits / total if total else 1.0


def cpdc_figures(lm: LanguageModel, embedder: Embedder, context: CheckContext) -> list[str]:
    """Name F1 on the challenge's sample, reported as it comes: its functions had to be rebuilt."""
    files = [context.datasets_dir / "cpdc-samples" / f"task{n}_sample.json" for n in (1, 2)]
    if not all(file.exists() for file in files):
        return ["the CPDC sample is not here: its calls were not scored"]
    turns = read_turns(*files)
    names = [similar_names(turn.scene, embedder) for turn in turns]
    pairs = [(found, set(turn.calls)) for found, turn in zip(names, turns, strict=True)]
    over = mean([bool(found) for found, gold in pairs if not gold])
    return [
        f"CPDC sample, {len(turns)} turns, functions rebuilt from their names: name F1 "
        f"{f1(pairs):.2f}, calls in {over:.0%} of the turns that need none (not required)"
    ]


def similar_names(scene: Scene, embedder: Embedder) -> set[str]:
    """The functions that the decision by similarity would call."""
    found = similar_calls(
        scene.last_user_text, scene.persona.tools, embedder,
        min_similarity=0.3, max_calls=2, name=scene.persona.name,
    )  # fmt: skip
    return {call.tool.name for call in found}


def compare_lengths(
    lm: LanguageModel, embedder: Embedder, turns: Sequence[LabelledTurn]
) -> list[str]:
    """Words a reply under the contract and with the plain method. Raises CheckFailed."""
    scenes = [_scene(turn.text) for turn in turns]
    ruled = Speaker(lm, "rule-based-role", embedder=embedder, options={"max_words": MAX_WORDS})
    plain = Speaker(lm, "plain", options={"detail": "full", "max_tokens": 64})
    words = {
        name: [len(reply.text.split()) for reply in replies_to(speaker, scenes)]
        for name, speaker in (("contract", ruled), ("plain", plain))
    }
    over = sum(count > MAX_WORDS for count in words["contract"])
    expect(over == 0, f"{over} of {len(turns)} replies are longer than the contract's {MAX_WORDS}.")
    return [
        f"{len(turns)} replies under the contract have {mean(words['contract']):.1f} words, the "
        f"longest {max(words['contract'])} (limit {MAX_WORDS}); plain {mean(words['plain']):.1f} "
        f"and {max(words['plain'])}"
    ]


def _scene(heard: str) -> Scene:
    return Scene(persona=load_persona(CHARACTER), user="Traveller").said("Traveller", heard)


def _as_call(call: dict[str, Any]) -> Call:
    values = list(call["arguments"].values())
    return str(call["name"]), str(values[0]) if values else ""
