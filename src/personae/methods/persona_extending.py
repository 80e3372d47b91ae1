"""A statement is added to the persona when the user asks for what it does not cover (S036)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.extend_persona import Cosine, Retriever, extend_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample
from personae.steps.weigh_statements import weigh_statements

ENTRY = EntryInfo(
    systems=("S036",),
    aka=("prm", "persona-extend"),
    needs=("chat",),
    embedder=True,
    nli=True,
    paper="Improving Personality Consistency in Conversation by Persona Extending",
    deviations="Candidates come by BM25 and MiniLM from a pool of our own; a candidate may also "
    "not contradict the persona's last replies; nothing is added where the persona already covers "
    "the message. The prompt takes the place of the trained decoder: the prior's weights order or "
    "cut the statements that it tells, and do not scale attention inside the model.",
)


def persona_extending(
    *,
    detail: Detail = "brief",
    pool: str = "",
    retriever: Retriever = "both",
    candidates: Count = 16,
    consistent: bool = True,
    covered: Cosine = 0.5,
    relevant: Cosine = 0.25,
    weighed: bool = False,
    shown: Limit = 0,
    temperature: Temperature = 0.3,
    max_tokens: Count = 96,
    max_sentences: Limit = 2,
) -> Step:
    """The prompt of `plain` for a persona extended by the step `extend-persona`.

    The options from `pool` to `relevant` are that step's. `covered=1` extends for every message.
    With `weighed` the prompt tells the `shown` statements of the largest prior weight (0: all), the
    weightiest last.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        extend_persona(
            pool=pool, retriever=retriever, candidates=candidates, consistent=consistent,
            covered=covered, relevant=relevant,
        ),
        *([weigh_statements(count=shown)] if weighed else []),
        describe_persona(detail=detail),
        fit_prompt(),
        generate(max_sentences=max_sentences),
        choose(),
    )  # fmt: skip
