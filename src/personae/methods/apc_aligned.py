"""The statements that matter now, told to an adapter tuned to satisfy them (S054)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.relevant_statements import relevant_statements
from personae.steps.sample import sample
from personae.steps.tell_persona import tell_persona
from personae.steps.use_adapter import Weight, use_adapter

ENTRY = EntryInfo(
    systems=("S054",),
    aka=("apc-dpo",),
    needs=("chat", "adapters"),
    embedder=True,
    paper="Peng & Shang 2024, Quantifying and Optimizing Global Faithfulness in Persona-driven "
    "Role-playing, arXiv:2405.07726",
    deviations="The recipe `apc-preferences` says what differs in training; the prompt is its own.",
)


def apc_aligned(
    *,
    statements: Count = 5,
    adapter: str = "apc-preferences",
    weight: Weight = 1.0,
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
) -> Step:
    """Retrieve `statements` by relevance, then reply with the preference-tuned adapter.

    The adapter comes from `personae train apc-preferences`; weight 0 is retrieval alone.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        relevant_statements(count=statements),
        tell_persona(),
        use_adapter(adapter=adapter, weight=weight),
        fit_prompt(),
        generate(max_sentences=max_sentences),
        choose(),
    )
