"""The whole card, put where it helps: persona, examples, lorebook, and what is recalled."""

from __future__ import annotations

from personae.draft import Step, chain
from personae.registry import EntryInfo
from personae.steps.activate_lore import activate_lore
from personae.steps.choose import choose
from personae.steps.describe_persona import describe_persona
from personae.steps.fit_prompt import VolatileRole, fit_prompt
from personae.steps.generate import generate
from personae.steps.recall import recall
from personae.steps.sample import sample
from personae.steps.show_examples import show_examples

ENTRY = EntryInfo(needs=("chat",), embedder=True)


def in_character(
    *,
    temperature: float = 0.7,
    max_tokens: int = 96,
    max_sentences: int = 3,
    examples: int = 2,
    recalled: int = 3,
    volatile_role: VolatileRole = "system",
) -> Step:
    """The whole card: persona, examples, lorebook, and what is recalled for the last turn.

    Ours, not a paper's. `recalled=0` or `examples=0` turns that part off.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(),
        show_examples(limit=examples),
        activate_lore(),
        *([recall(k=recalled)] if recalled else []),
        fit_prompt(volatile_role=volatile_role),
        generate(max_sentences=max_sentences),
        choose(),
    )
