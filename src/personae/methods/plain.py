"""Persona prompt and nothing else: the baseline of everything."""

from __future__ import annotations

from personae.draft import Step, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample

ENTRY = EntryInfo(aka=("baseline",), needs=("chat",))


def plain(
    *,
    detail: Detail = "full",
    temperature: float = 0.7,
    max_tokens: int = 96,
    max_sentences: int = 3,
    history_turns: int | None = None,
) -> Step:
    """Describe the persona in the system prompt, show the history, take what comes.

    `detail="statements"` shows name and statements only. `max_sentences=0` lifts the limit.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        fit_prompt(history_turns=history_turns),
        generate(max_sentences=max_sentences),
        choose(),
    )
