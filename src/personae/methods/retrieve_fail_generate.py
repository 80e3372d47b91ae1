"""A stored reply where one fits, a written one where none does, both within a role (S073)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_role import describe_role
from personae.steps.fit_prompt import fit_prompt
from personae.steps.retrieve_or_write import RERANKED, THETA, Rerank, Threshold, retrieve_or_write
from personae.steps.sample import sample
from personae.steps.use_adapter import Weight, use_adapter

ENTRY = EntryInfo(
    systems=("S073",),
    aka=("carecall", "rfg"),
    needs=("chat",),
    embedder=True,
    nli=True,
    paper="Building a Role Specified Open-Domain Dialogue System Leveraging Large-Scale Language "
    "Models",
    deviations="The retriever is our bilinear head and the nearness of messages on frozen MiniLM "
    "vectors; the reranker mixes three scores in a way that was learned for the role; the "
    "generator is drawn anew while the out-of-bounds classifier fires, and a reply that people "
    "wrote is the last resort.",
)


def retrieve_fail_generate(
    *,
    role: str = "phone-companion",
    theta: float = THETA,
    threshold: Threshold = 0.0,
    store: str = "",
    bounds: str = "",
    rerank: Rerank = RERANKED,
    rules: bool = True,
    adapter: str = "",
    weight: Weight = 1.0,
    attempts: Count = 4,
    temperature: Temperature = 0.7,
    max_tokens: Count = 60,
    max_sentences: Limit = 2,
    fall_back: bool = True,
) -> Step:
    """Hold a role: retrieve from in-bounds replies, and generate where that fails.

    The options are those of the step `retrieve-or-write`; `rules` tells the model the role's rules;
    `adapter` names the one that it writes with (`personae train role-generator`; default: the one
    that ships with the role, where the model has it), `weight` how much of it is added (0: none).
    `theta=inf threshold=1 weight=0` is the plain role prompt. docs/roles.md has the figures.
    """
    own = f"role-{role}"  # the one that ships with a role, for the packaged model
    tuned = use_adapter(adapter=adapter or own, weight=weight, where_there=not adapter)
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_role(role=role, rules=rules),
        tuned,
        fit_prompt(),
        retrieve_or_write(
            role=role,
            theta=theta,
            threshold=threshold,
            store=store,
            bounds=bounds,
            rerank=rerank,
            attempts=attempts,
            max_sentences=max_sentences,
            fall_back=fall_back,
        ),
        choose(),
    )
