"""Ask the user how the answer should be, a few questions in turn, then answer so (S081)."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from personae.draft import (
    Candidate,
    Count,
    Draft,
    Kit,
    Limit,
    PromptPart,
    Step,
    Temperature,
    chain,
    show_reply,
)
from personae.registry import EntryInfo
from personae.steps.choose import choose
from personae.steps.describe_persona import Detail, describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.sample import sample
from personae.text.preferences import QUESTIONS

ENTRY = EntryInfo(
    systems=("S081",),
    needs=("chat",),
    paper="Li et al. 2025, Personalized Reasoning: Just-In-Time Personalization and Why LLMs Fail "
    "At It",
    deviations="Ours: the questions are the same for everybody, in one order.",
)


def asks_first(
    *,
    questions: Limit = 5,
    recap: bool = True,
    detail: Detail = "brief",
    temperature: Temperature = 0.3,
    max_tokens: Count = 200,
    max_sentences: Limit = 0,
) -> Step:
    """Ask so many questions about the answer before giving it, one a reply, then answer as `plain`.

    The questions are those of `text.preferences`: length, steps, example, tone, words, a check at
    the end; they cost no tokens. `recap` puts the user's replies into the system prompt, too, where
    a small model heeds them more than in the history.
    """
    prompt = chain(
        sample(temperature=temperature, max_tokens=max_tokens),
        describe_persona(detail=detail),
        _told(recap),
        fit_prompt(),
    )
    answer = chain(generate(max_sentences=max_sentences), choose())
    asked = tuple(QUESTIONS.values())[:questions]

    def step(draft: Draft, kit: Kit) -> Draft:
        draft, scene = prompt(draft, kit), draft.scene
        said = {turn.text for turn in scene.turns if turn.speaker == scene.persona.name}
        left = [one for one in asked if one not in said]
        if not left or kit.prompt_only:
            return answer(draft, kit)
        candidate = Candidate(left[0], made_by="asks-first", detail={"seed": kit.seed})
        return show_reply(choose()(replace(draft, candidates=(candidate,)), kit), kit)

    return step


def _told(recap: bool) -> Step:
    """Add what the user replied to our questions."""

    def step(draft: Draft, kit: Kit) -> Draft:
        turns = draft.scene.turns
        known = [
            f"- {before.text} {turn.text}"
            for before, turn in pairwise(turns)
            if before.text in QUESTIONS.values() and turn.speaker != draft.scene.persona.name
        ]
        if not recap or not known:
            return draft
        text = "\n".join(["What the user said about the answer:", *known])
        return replace(draft, parts=(*draft.parts, PromptPart("wishes", text, pinned=True)))

    return step
