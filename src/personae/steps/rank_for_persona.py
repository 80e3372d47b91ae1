"""Score the candidates by how well they follow the dialogue, for this persona."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from personae.draft import Draft, Kit, Step
from personae.encoders.ranking import kept_ranker
from personae.encoders.selection import QUESTION, open_selector
from personae.registry import EntryInfo
from personae.steps.write_checked import statements_of

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

ENTRY = EntryInfo(embedder=True)

Prompting = Literal["p5", "sop", "none"]
Ranking = Literal["tuned", "zero-shot", "bilinear"]


def rank_for_persona(
    *,
    ranker: Ranking = "tuned",
    prompting: Prompting = "p5",
    k: Annotated[int, Field(ge=1, le=16)] = 2,
    question: str = QUESTION,
    weight: Annotated[float, Field(ge=0, le=10)] = 0.5,
) -> Step:
    """Give each candidate the score `selection`; choose by it.

    `ranker` is the cross-encoder over the last turns (`encoders.ranking`), tuned with persona
    prompts or `zero-shot`, or the `bilinear` head on the last message (`encoders.selection`). `p5`
    prompts it with `question` and the `k` statements nearest to the candidate, `sop` adds `weight`
    times the nearest statement's cosine to the bare score, `none` ranks without the persona. A
    persona without statements is ranked as with `none`.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        if kit.prompt_only or not draft.candidates:
            return draft
        texts = [one.text for one in draft.candidates]
        known = statements_of(draft.scene)
        told = known if prompting == "p5" else []
        heard = heard_turns(draft)
        if ranker == "bilinear":
            scores = _bilinear(kit, heard[-1] if heard else "", texts, known)
        elif prompting == "sop":
            scores = kept_ranker().scores_with_similarity(heard, texts, known, weight=weight)
        else:
            scores = kept_ranker().scores(
                heard, texts, told, is_tuned=ranker == "tuned", k=k, question=question
            )
        scored = tuple(
            replace(one, scores={**one.scores, "selection": round(float(score), 4)})
            for one, score in zip(draft.candidates, scores, strict=True)
        )
        return replace(draft, candidates=scored)

    def _bilinear(
        kit: Kit, context: str, texts: Sequence[str], known: Sequence[str]
    ) -> NDArray[float64]:
        selector = open_selector(kit.embedder)
        if prompting == "sop":
            return selector.scores_with_similarity(context, texts, known, weight=weight)
        told = known if prompting == "p5" else ()
        return selector.scores(context, texts, told, k=k, question=question)

    return step


def heard_turns(draft: Draft) -> list[str]:
    """What was said up to the last message that is not the persona's own."""
    turns = [turn for turn in draft.scene.turns if turn.kind == "utterance"]
    while turns and turns[-1].speaker == draft.scene.persona.name:
        turns.pop()
    return [turn.text for turn in turns]
