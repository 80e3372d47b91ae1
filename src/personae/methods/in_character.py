"""Persona and lorebook, with what bears on the last turn recalled right before it."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.activate_lore import activate_lore
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import VolatileRole, fit_prompt
from personae.steps.generate import generate
from personae.steps.recall import recall
from personae.steps.sample import sample
from personae.steps.show_examples import show_examples
from personae.steps.show_memories import show_memories

ENTRY = EntryInfo(needs=("chat",), embedder=True)


def in_character(
    *,
    detail: Detail = "brief",
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
    examples: Limit = 0,
    recalled: Limit = 2,
    memories: Limit = 3,
    memory_tokens: Count = 240,
    volatile_role: VolatileRole = "system",
) -> Step:
    """Persona, lorebook, and what is recalled for the last turn shown right before it.

    Ours, not a paper's. For larger models `detail="full"` and `examples=3` show the whole card; the
    embedded one does better without (docs/methods.md). Shown are `recalled` pieces of persona and
    knowledge, and up to `memories` memories within `memory_tokens`; 0 turns either off.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        show_examples(limit=examples),
        activate_lore(),
        *([recall(k=recalled, memories=False)] if recalled else []),
        *([show_memories(k=memories, budget_tokens=memory_tokens)] if memories else []),
        fit_prompt(volatile_role=volatile_role),
        generate(max_sentences=max_sentences),
        choose(),
    )
