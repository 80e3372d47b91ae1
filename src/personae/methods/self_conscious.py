"""Words by which an imagined listener tells the persona from others, preferred (S006)."""

from __future__ import annotations

from personae.decoders.rsa import PriorRule
from personae.draft import Count, Limit, Step, chain
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.listener_world import Contrast, Distractors, World
from personae.steps.sample import sample
from personae.steps.write_for_listener import Rationality, write_for_listener

ENTRY = EntryInfo(
    systems=("S006",),
    aka=("selfconscious", "rsa"),
    needs=("chat", "distribution"),
    embedder=True,
    slots=3,
    paper="Will I Sound Like Me? Improving Persona Consistency in Dialogues through Pragmatic "
    "Self-Consciousness",
    deviations="The speaker chooses among the `top` likeliest tokens of the true persona (64); a "
    "token that a distractor does not list has the probability of its last listed one. Distractors "
    "are drawn or found by cosine; the memory network that learns them is not part of this entry, "
    "nor are contexts as the listener's world. The step that ranks has a uniform prior by default.",
)


def self_conscious(
    *,
    detail: Detail = "brief",
    alpha: Rationality = 2.0,
    beta: Rationality = 0.5,
    world: World = 3,
    contrast: Contrast = "personas",
    distractors: Distractors = "random",
    pool: str = "",
    prior: PriorRule = "literal",
    top: Count = 64,
    max_tokens: Count = 60,
    max_sentences: Limit = 2,
) -> Step:
    """The prompt of `plain`, decoded greedily by the pragmatic speaker; `alpha=0` is plain greedy.

    Defaults are the paper's for PersonaChat. The options are those of the step
    `write-for-listener`. Open the model with as many slots as the world has personas: with fewer,
    prompts are read anew for every token.
    """
    return chain(
        sample(temperature=0.0, max_tokens=max_tokens),
        describe_persona(detail=detail),
        fit_prompt(),
        write_for_listener(
            alpha=alpha, beta=beta, world=world, contrast=contrast, distractors=distractors,
            pool=pool, prior=prior, top=top, max_sentences=max_sentences,
        ),
        choose(),
    )  # fmt: skip
