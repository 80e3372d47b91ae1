"""The reply chosen among written and stored ones by a ranker prompted with the persona (S022)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from personae.draft import Count, Limit, Step, Temperature, chain, show_reply, unheard
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.draw_replies import draw_replies
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.rank_for_persona import Prompting, Ranking, rank_for_persona
from personae.steps.sample import sample

ENTRY = EntryInfo(
    systems=("S022",),
    aka=("p5",),
    needs=("chat",),
    embedder=True,
    paper="P5: Plug-and-Play Persona Prompting for Personalized Response Selection",
    deviations="The cross-encoder is MiniLM in the place of RoBERTa, reads three turns, and its "
    "tuning with prompts leaves the lower layers. Candidates are the model's own replies beside "
    "those of a pool.",
)


def persona_selection(
    *,
    detail: Detail = "brief",
    ranker: Ranking = "tuned",
    prompting: Prompting = "p5",
    k: Annotated[int, Field(ge=1, le=16)] = 2,
    weight: Annotated[float, Field(ge=0, le=10)] = 0.5,
    pool: str = "",
    drawn: Limit = 20,
    written: Limit = 3,
    temperature: Temperature = 0.7,
    max_tokens: Count = 60,
    max_sentences: Limit = 2,
) -> Step:
    """Choose among `written` replies to the prompt of `plain` and `drawn` replies of a pool.

    `ranker`, `prompting`, `k` and `weight` are those of the step `rank-for-persona`, `pool` that of
    `draw-replies`. With `written=0` nothing is generated; at least one of the two is 1 or more.
    """
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        fit_prompt(),
        *([unheard(generate(candidates=written, max_sentences=max_sentences))] if written else []),
        *([draw_replies(pool=pool, number=max(1, drawn))] if drawn or not written else []),
        rank_for_persona(ranker=ranker, prompting=prompting, k=k, weight=weight),
        choose(by="selection"),
        show_reply,
    )
