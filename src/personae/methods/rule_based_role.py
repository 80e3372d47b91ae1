"""Role and scene as rules, with function calls decided before the character speaks (S018)."""

from __future__ import annotations

from dataclasses import replace

from personae.data import Scene
from personae.draft import Count, Draft, Kit, Limit, PromptPart, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.call_tools import call_tools
from personae.steps.choose import choose
from personae.steps.describe_persona import describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample
from personae.text.sentences import within_words

ENTRY = EntryInfo(
    systems=("S018",),
    aka=("apo-rrp", "rrp"),
    needs=("chat", "schema"),
    embedder=True,
    paper="Talk Less, Call Right: Enhancing Role-Play LLM Agents with Automatic Prompt "
    "Optimization and Role Prompting",
    deviations="The calls are enforced by a JSON schema and the length by leaving out what exceeds "
    "it, not only by the prompt. Automatic prompt optimisation is not part of this entry.",
)

DECISION = (
    "You decide for {name} before {name} speaks. Rules: 1. Decide first whether the last message "
    "needs a function. 2. Use only functions and values of the list, spelled exactly. 3. No call "
    "for greetings and small talk. 4. Several calls only for several requests."
)


def rule_based_role(
    *,
    temperature: Temperature = 0.7,
    max_tokens: Count = 64,
    max_sentences: Limit = 2,
    max_words: Count = 30,
    max_calls: Count = 2,
) -> Step:
    """Character card plus scene contract: who, what may be said and done here, how long.

    A persona without tools gets the contract alone.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(rules=False),
        _add_contract(max_words),
        call_tools(max_calls=max_calls, instruction=DECISION),
        fit_prompt(),
        generate(max_sentences=max_sentences),
        _keep_to(max_words),
        choose(),
    )


def _add_contract(max_words: int) -> Step:
    def step(draft: Draft, kit: Kit) -> Draft:
        part = PromptPart("rules", contract(draft.scene, max_words), pinned=True)
        return replace(draft, parts=(*draft.parts, part))

    return step


def _keep_to(max_words: int) -> Step:
    """A small model cannot count its words: what goes past the contract's length is left out."""

    def step(draft: Draft, kit: Kit) -> Draft:
        kept = (replace(c, text=within_words(c.text, max_words)) for c in draft.candidates)
        return replace(draft, candidates=tuple(kept))

    return step


def contract(scene: Scene, max_words: int) -> str:
    """The scene contract (paper, role prompting): scope, length, facts, acts."""
    name = scene.persona.display_name
    rules = [
        f"Speak only as {name}, in the first person, to {scene.user}.",
        f"At most {max_words} words.",
        f"Only facts that {name} knows from above; when unsure, say so.",
        "Never invent names, prices or functions.",
    ]
    if scene.persona.tools:
        rules.append("Act only through what was looked up; report its result plainly.")
    return "Scene contract:\n" + "\n".join(
        f"{number}. {rule}" for number, rule in enumerate(rules, start=1)
    )
