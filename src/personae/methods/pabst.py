"""A background story is found for the persona, and the reply is drawn towards it (S013)."""

from __future__ import annotations

from personae.draft import Count, Limit, Step, Temperature, chain, show_reply, unheard
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.extend_persona import Cosine
from personae.steps.fit_prompt import fit_prompt
from personae.steps.recall_story import recall_story
from personae.steps.sample import sample
from personae.steps.write_with_story import SCORE, Weight, write_with_story

ENTRY = EntryInfo(
    systems=("S013",),
    aka=("background-stories",),
    needs=("chat", "distribution"),
    embedder=True,
    nli=True,
    paper="Unsupervised Enrichment of Persona-grounded Dialog with Background Stories",
    deviations="Scores of tokens are moved, not the decoder's state by a gradient: llama.cpp gives "
    "none. The story counts by its words in their order. Consistency chooses among whole "
    "candidates. Stories are our own, ROCStories may not be shipped; one that contradicts the "
    "persona is passed over.",
)


def pabst(
    *,
    stories: str = "",
    lambda_story: Weight = 1.0,
    lambda_nli: Weight = 1.0,
    candidates: Count = 3,
    relevant: Cosine = 0.25,
    consistent: bool = True,
    told: bool = False,
    detail: Detail = "brief",
    temperature: Temperature = 0.0,
    max_tokens: Count = 60,
    max_sentences: Limit = 2,
    top: Count = 64,
) -> Step:
    """The prompt of `plain`; a story near to the last turns pulls the tokens as they are written.

    `stories` to `told` are options of the step recall-story, the lambdas and `candidates` of
    write-with-story. `told=true` with both lambdas at 0 is the story in the prompt alone.
    """
    write = write_with_story(
        lambda_story=lambda_story, lambda_nli=lambda_nli, candidates=candidates, top=top,
        max_sentences=max_sentences,
    )  # fmt: skip
    # Without a choice by score the first candidate is the reply, and may be heard as it comes.
    written = (unheard(write), choose(by=SCORE), show_reply) if lambda_nli else (write, choose())
    return chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        recall_story(stories=stories, relevant=relevant, consistent=consistent, told=told),
        fit_prompt(),
        *written,
    )
