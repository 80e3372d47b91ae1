"""Facts that follow from the persona by a commonsense graph are told with it (S048)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.extend_persona import Cosine
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.link_facts import Probability, link_facts
from personae.steps.sample import sample

ENTRY = EntryInfo(
    systems=("S048",),
    aka=("persona-graph",),
    needs=("chat",),
    embedder=True,
    nli=True,
    paper="PeaCoK: Persona Commonsense Knowledge for Consistent and Engaging Narratives",
    deviations="A graph of our own of 145 heads; links by MiniLM and the inference model instead "
    "of ComFact; facts are told in the prompt, and no generator is trained on them.",
)


def peacok(
    *,
    detail: Detail = "brief",
    graph: str = "",
    k: Count = 2,
    relevant: Cosine = 0.3,
    fits: Probability = 0.5,
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
) -> Step:
    """The prompt of `plain` for a persona with linked facts; options are those of `link-facts`."""
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        link_facts(graph=graph, k=k, relevant=relevant, fits=fits),
        describe_persona(detail=detail),
        fit_prompt(),
        generate(max_sentences=max_sentences),
        choose(),
    )
