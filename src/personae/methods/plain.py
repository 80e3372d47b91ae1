"""Persona prompt and nothing else: the baseline of everything."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample

ENTRY = EntryInfo(aka=("baseline",), needs=("chat",))


def plain(
    *,
    detail: Detail = "brief",
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
    history_turns: Count | None = None,
) -> Step:
    """Describe the persona in the system prompt, show the history, take what comes.

    `detail="full"` shows all of the card, for larger models. `max_sentences=0` lifts the limit.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        fit_prompt(history_turns=history_turns),
        generate(max_sentences=max_sentences),
        choose(),
    )
