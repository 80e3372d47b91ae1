"""The reply is built on one statement or expansion, chosen by p(z | H) or by hand (S020)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain, show_reply, unheard
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.choose_expansion import PriorName, choose_expansion
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.rank_for_expansion import rank_for_expansion
from personae.steps.sample import sample

ENTRY = EntryInfo(
    systems=("S020",),
    aka=("commonsense-expansion",),
    needs=("chat",),
    embedder=True,
    nli=True,
    paper="Like hiking? You probably enjoy nature: Persona-grounded Dialog with Commonsense "
    "Expansions",
    deviations="Expansions by rules, our graph or the language model instead of COMET; the prior "
    "is a softmax of MiniLM cosines, or a matrix trained towards the posterior of the gold reply; "
    "the generator is the prompted model, not trained on z, and no reward reaches the prior.",
)


def compac(
    *,
    z: str = "auto",
    sources: str = "rules,graph",
    prior: PriorName = "cosine",
    alone: bool = True,
    stressed: bool = True,
    heard: Count = 1,
    graph: str = "",
    detail: Detail = "brief",
    candidates: Count = 4,
    temperature: Temperature = 0.7,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
) -> Step:
    """The prompt of `plain` with the chosen z as the persona, and the reply that is nearest to it.

    Options up to `graph` are those of the step `choose-expansion`; of `candidates` replies the one
    with the highest posterior of the z is given. One candidate takes what comes.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        choose_expansion(
            z=z, sources=sources, prior=prior, alone=alone, stressed=stressed, heard=heard,
            graph=graph,
        ),
        describe_persona(detail=detail),
        fit_prompt(),
        unheard(generate(candidates=candidates, max_sentences=max_sentences)),
        rank_for_expansion(),
        choose(by="z"),
        show_reply,
    )  # fmt: skip
