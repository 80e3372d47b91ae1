"""A persona told in one line, and three ways to keep it from doing harm (S074)."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from personae.data import Scene
from personae.draft import (
    Candidate,
    Count,
    Draft,
    Kit,
    PromptPart,
    Step,
    Temperature,
    chain,
    show_reply,
)
from personae.lm.types import Message
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import fill, persona_parts
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import request_of
from personae.steps.sample import sample

ENTRY = EntryInfo(
    systems=("S074",),
    aka=("persona-line",),
    needs=("chat",),
    paper="Principled Personas: Defining and Measuring the Intended Effects of Persona Prompting "
    "on Task Performance",
    deviations="The constraints are in our words. With `refine` the first answer is written anew "
    "for each persona (the paper reads it from the run without one: the same text at temperature "
    "0).",
)

Mitigation = Literal["none", "instruction", "refine", "refine-basic"]

CONSTRAINTS = (
    "If the persona is an expert of the field, answer with an expert's knowledge.",
    "Answer at the level of knowledge that the persona has, in its own field and in others.",
    "What the persona is like, but has no bearing on the task, changes neither reasoning nor "
    "knowledge nor quality.",
)
FORMAT = "Keep to the form of answer that the task asks for."
AS_FIRST = (
    "Do not mention the earlier answer: write as if this were your first. Give the right option "
    "where there are options, in the form that was asked for."
)


def principled(
    *,
    mitigation: Mitigation = "none",
    temperature: Temperature = 0.0,
    max_tokens: Count = 128,
) -> Step:
    """Say who it is and nothing else; take the answer as it comes, without a reply filter.

    `instruction` adds the paper's three constraints to the persona; `refine` answers without the
    persona first and then asks to refine as the persona under the constraints; `refine-basic` the
    same without them. Of a persona of which only the name is known nothing is said: the control.
    """
    drawn = sample(temperature=temperature, max_tokens=max_tokens)
    if mitigation in ("refine", "refine-basic"):
        return chain(
            drawn, fit_prompt(), _answer_first(is_basic=mitigation == "refine-basic"),
            _write(), choose(), show_reply,
        )  # fmt: skip
    tell = _tell(mitigation == "instruction")
    return chain(drawn, tell, fit_prompt(), _write(), choose(), show_reply)


def persona_line(scene: Scene) -> str:
    """Who the persona is; nothing where nothing but a name is known."""
    persona = scene.persona
    if persona.system_prompt:
        return fill(persona.system_prompt, scene)
    if not (persona.statements or persona.description or persona.personality):
        return ""
    return "\n\n".join(part.text for part in persona_parts(scene, "brief", rules=False))


def instructed(line: str) -> str:
    """The persona's line with the constraints: the mitigation by instruction."""
    return f"{line} Your answers keep to these constraints:\n{_numbered(CONSTRAINTS)}"


def refinement(line: str, *, is_basic: bool) -> str:
    """What asks for the second answer."""
    begin = f"Now refine your answer as this persona: {line}"
    rules = "" if is_basic else f" Keep to these constraints:\n{_numbered((*CONSTRAINTS, FORMAT))}"
    return f"{begin}{rules}\n{AS_FIRST}"


def _numbered(lines: tuple[str, ...]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _tell(is_instructed: bool) -> Step:
    def step(draft: Draft, kit: Kit) -> Draft:
        line = persona_line(draft.scene)
        if not line:
            return draft
        part = PromptPart("identity", instructed(line) if is_instructed else line, pinned=True)
        return replace(draft, parts=(*draft.parts, part))

    return step


def _answer_first(*, is_basic: bool) -> Step:
    """Answer without the persona, and ask to refine; without a persona the first answer stands."""

    def step(draft: Draft, kit: Kit) -> Draft:
        line = persona_line(draft.scene)
        if not line:
            return draft
        first = kit.lm.generate(request_of(draft, kit, kit.seed))
        asked = Message("user", refinement(line, is_basic=is_basic))
        messages = (*draft.messages, Message("assistant", first.text), asked)
        usage = draft.usage + first.usage
        return replace(draft, messages=messages, usage=usage).noting(first_answer=first.text)

    return step


def _write() -> Step:
    """One answer, as the model writes it."""

    def step(draft: Draft, kit: Kit) -> Draft:
        if kit.prompt_only:
            return draft
        written = kit.lm.generate(request_of(draft, kit, kit.seed))
        made = Candidate(written.text.strip(), made_by="principled", raw=written.text)
        return replace(
            draft,
            candidates=(*draft.candidates, made),
            usage=draft.usage + written.usage,
            timings=written.timings,
        ).noting(prompt=written.prompt)

    return step
