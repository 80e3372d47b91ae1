"""Score the candidates by how well they follow the last message, for this persona."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from personae.draft import Draft, Kit, Step
from personae.encoders.selection import QUESTION, open_selector
from personae.registry import EntryInfo
from personae.steps.write_checked import statements_of

ENTRY = EntryInfo(embedder=True)

Prompting = Literal["p5", "sop", "none"]


def rank_for_persona(
    *,
    prompting: Prompting = "p5",
    k: Annotated[int, Field(ge=1, le=16)] = 2,
    question: str = QUESTION,
    weight: Annotated[float, Field(ge=0, le=10)] = 0.5,
) -> Step:
    """Give each candidate the score `selection`; choose by it.

    `p5` prompts the ranker with `question` and the `k` statements nearest to the candidate, `sop`
    adds `weight` times the nearest statement's cosine to the bare score, `none` ranks without the
    persona (`encoders.selection`). A persona without statements is ranked as with `none`.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        if kit.prompt_only or not draft.candidates:
            return draft
        selector = open_selector(kit.embedder)
        texts = [one.text for one in draft.candidates]
        context, known = draft.scene.last_user_text, statements_of(draft.scene)
        if prompting == "sop":
            scores = selector.scores_with_similarity(context, texts, known, weight=weight)
        else:
            told = known if prompting == "p5" else ()
            scores = selector.scores(context, texts, told, k=k, question=question)
        scored = tuple(
            replace(one, scores={**one.scores, "selection": round(float(score), 4)})
            for one, score in zip(draft.candidates, scores, strict=True)
        )
        return replace(draft, candidates=scored)

    return step
