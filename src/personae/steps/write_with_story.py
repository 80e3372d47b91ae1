"""Write the reply token by token, drawn towards a story and away from contradicting the persona."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from personae.decoders.story import StoryPull, story_pull
from personae.draft import Candidate, Count, Draft, Kit, Limit, Step
from personae.encoders.contradiction import judge_replies
from personae.lm.types import Timings, Usage, need_distributions
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.steps.generate import compared_with, request_of
from personae.steps.recall_story import recalled_story
from personae.steps.write_weighted import SEED_STEP, SPREAD, Writer, Written, unseen, write_tokens
from personae.text.faults import faults_of

ENTRY = EntryInfo(systems=("S013",), needs=("distribution",), nli=True)

Weight = Annotated[float, Field(ge=0, le=20)]
STORY_NATS = 4.0  # of each word in the story's order, at lambda_story=1
SCORE = "pabst"


def write_with_story(
    *,
    lambda_story: Weight = 1.0,
    lambda_nli: Weight = 1.0,
    candidates: Count = 3,
    top: Count = 64,
    max_sentences: Limit = 2,
) -> Step:
    """Add candidates drawn towards the evidence of `recall_story`, each with its three losses.

    A token that goes on with the story gains `lambda_story` times 4 nats (`decoders.story`). With
    `lambda_nli` above 0 so many `candidates` are written, the further ones at a temperature of at
    least 0.8, and the score `pabst` is log p a token + lambda_story · share of the words in
    the story's order + lambda_nli · (best entailment - worst contradiction of a clause). With both
    at 0 this is decoding without anything.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        lm = need_distributions(kit.lm, "write_with_story")
        if kit.prompt_only:
            return draft
        pull = story_pull(recalled_story(draft), lambda_story * STORY_NATS)
        writer = Writer(lm, request_of(draft, kit, kit.seed), pull, top)
        made = list[Candidate]()
        for number in range(candidates if lambda_nli else 1):
            started, seed = time.perf_counter(), kit.seed + SEED_STEP * number
            temperature = draft.sampling.temperature
            written = write_tokens(
                draft, kit if number == 0 else replace(kit, emit=unseen), writer, max_sentences,
                random.Random(seed), max(temperature, SPREAD) if number else temperature,
            )  # fmt: skip
            made.append(_candidate(written, pull, draft, seed))
            draft = _spent(draft, written, time.perf_counter() - started)
        statements = [fill(one, draft.scene) for one in draft.scene.persona.statements]
        agreeing = _agreements(made, statements, kit) if lambda_nli and statements else None
        scored = _scored(made, agreeing, lambda_story, lambda_nli)
        return replace(draft, candidates=(*draft.candidates, *scored))

    return step


def _candidate(written: Written, pull: StoryPull, draft: Draft, seed: int) -> Candidate:
    scores = {
        "log_prob": written.log_prob / max(1, written.tokens),
        "story": pull.overlap(written.text),
    }
    detail: dict[str, Any] = {"seed": seed}
    faults = faults_of(written.text, **compared_with(draft))
    if faults:
        detail["faults"] = faults
    return Candidate(
        written.text, made_by="write_with_story", raw=written.raw, scores=scores, detail=detail
    )


def _agreements(made: Sequence[Candidate], statements: Sequence[str], kit: Kit) -> list[float]:
    """For each candidate its best entailment less its worst contradiction, -1–1."""
    nli = kit.need_nli("write_with_story")
    judged = judge_replies(nli, [(one.text, statements) for one in made])
    return [(one.best.entailment if one.best else 0.0) - one.contradiction for one in judged]


def _scored(
    made: Sequence[Candidate], agreeing: Sequence[float] | None, story: float, nli: float
) -> list[Candidate]:
    """Candidates with their losses (lower is better) and the score that they are chosen by."""
    found = []
    for at, one in enumerate(made):
        agreement = agreeing[at] if agreeing else 0.0
        total = one.scores["log_prob"] + story * one.scores["story"] + nli * agreement
        scores = {**one.scores, **({"nli": agreement} if agreeing else {}), SCORE: total}
        losses = {"fluency": -one.scores["log_prob"], "story": 1 - one.scores["story"]}
        losses |= {"consistency": (1 - agreement) / 2} if agreeing else {}
        found.append(
            replace(
                one,
                scores={name: round(value, 4) for name, value in scores.items()},
                detail={**one.detail, "losses": {k: round(v, 4) for k, v in losses.items()}},
            )
        )
    return found


def _spent(draft: Draft, written: Written, seconds: float) -> Draft:
    return replace(
        draft,
        usage=draft.usage + Usage(0, written.tokens),
        timings=Timings(
            draft.timings.total_s + seconds, draft.timings.first_token_s or written.first_s
        ),
    )
