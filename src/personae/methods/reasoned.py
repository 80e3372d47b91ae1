"""Think about what matters to the persona first, then reply: chain of thought (S034)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample
from personae.steps.think_first import think_first

ENTRY = EntryInfo(
    systems=("S034",),
    aka=("cot", "chain-of-thought"),
    needs=("chat", "schema"),
    paper="Castricato et al. 2024, PERSONA: A Reproducible Testbed for Pluralistic Alignment",
    deviations="The paper has one prompt of a large model think and then answer; here the thought "
    "is a request of its own, so that the answer can also be a choice by likelihood.",
)


def reasoned(
    *,
    detail: Detail = "brief",
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
    history_turns: Count | None = None,
) -> Step:
    """As `plain`, with one sentence of thought before the last message that nobody is shown."""
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        think_first(),
        fit_prompt(history_turns=history_turns),
        generate(max_sentences=max_sentences),
        choose(),
    )
