"""A reply made from one chosen paragraph and what of the user's persona fits it (S026)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample
from personae.steps.select_grounding import Selector, select_grounding

ENTRY = EntryInfo(
    systems=("S026",),
    needs=("chat",),
    embedder=True,
    paper="You Truly Understand What I Need: Intellectual and Friendly Dialogue Agents grounding "
    "Knowledge and Persona",
    deviations="The encoder is a frozen MiniLM with trained codes and matrices; the retriever is "
    "the embedder; one prompt shows what was found to any language model in the place of "
    "RAG-Token, which mixes the next token over documents.",
)


def info(
    *,
    detail: Detail = "brief",
    selector: Selector = "info",
    topics: str = "",
    candidates: Count = 10,
    documents: Limit = 0,
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
) -> Step:
    """The prompt of `plain` with what the step `select-grounding` chose, shown last.

    `selector`, `topics`, `candidates` and `documents` are that step's. A small model answers best
    from the one paragraph, so that no further document is shown unless asked for.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        select_grounding(
            selector=selector, topics=topics, candidates=candidates, documents=documents
        ),
        fit_prompt(),
        generate(max_sentences=max_sentences),
        choose(),
    )
