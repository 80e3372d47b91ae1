"""Five agents prepare the reply for the user who asks, over a pool of notes (S055)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.consult_agents import AGENTS, consult_agents
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample

ENTRY = EntryInfo(
    systems=("S055",),
    needs=("chat",),
    embedder=True,
    paper="PersonaRAG: Enhancing Retrieval-Augmented Generation Systems with User-Centric Agents",
    deviations="Prompts are short, for small models; passages come by the embedder, ordered by "
    "question and user, whatever the ranking agent says; the last call speaks as the persona.",
)


def personarag(
    *,
    detail: Detail = "brief",
    agents: str = ",".join(AGENTS),
    topics: str = "",
    passages: Count = 3,
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    agent_tokens: Count = 64,
    max_sentences: Limit = 2,
) -> Step:
    """Twelve calls with all agents: a thought, two an agent, and the reply from what they noted.

    `agents`, `topics` and `passages` are those of the step `consult-agents`.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        consult_agents(agents=agents, topics=topics, passages=passages, max_tokens=agent_tokens),
        fit_prompt(),
        generate(attempts=1, max_sentences=max_sentences),
        choose(),
    )
