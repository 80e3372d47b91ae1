"""Show what the user told before: the memories that were recalled, within a budget of tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from personae.data import Memory, Scene
from personae.draft import Count, Draft, Evidence, Kit, PromptPart, Step
from personae.encoders.recollection import OPENING
from personae.memory.recalling import Recalled, within
from personae.registry import EntryInfo
from personae.steps.recall import REMEMBERED
from personae.text.quoting import enclosed, quoted, unmarked
from personae.text.sentences import split_sentences
from personae.text.written import as_statement

ENTRY = EntryInfo(embedder=True)

Form = Literal["quotes", "recollection"]
Cosine = Annotated[float, Field(ge=-1, le=1)]

ASKED = "What do you remember of what I told you?"
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|my|me|mine)\b", re.IGNORECASE)


def show_memories(
    *, k: Count = 3, budget_tokens: Count = 160, least: Cosine = 0.25, form: Form = "quotes",
    begins: Cosine = 1.0,
) -> Step:  # fmt: skip
    """Show the `k` memories of the scene that are nearest to the last message, as data.

    Left out are those whose cosine with the message is below `least`, and what does not fit into
    `budget_tokens`. Without an embedder they are shown in the scene's order. `form`: "quotes" lists
    the very words between marks right before the last message; "recollection" lets the character
    quote them in an earlier turn of its own, where a small model takes them up. Where the message
    asks about its speaker and the nearest memory has a cosine of `begins` (1: never), the reply
    begins with "You told me". What the character said of itself is not shown as told by the user.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        ranked = [
            (one, near)
            for one, near in _ranked(draft.scene, kit, least)
            if form == "quotes" or one.memory.kind != "summary"  # nobody told it in these words
        ]
        fitting = within([one for one, _ in ranked], budget_tokens, kit.lm.count_tokens)[:k]
        near = {one.memory.id: cosine for one, cosine in ranked}
        if not fitting:
            return draft
        shown = [one.memory for one in fitting]
        user = draft.scene.user
        evidence = tuple(
            Evidence(
                one.text, "memory", near[one.id],
                {"said": words_said(one), "by": one.subject or user},
            )
            for one in shown
        )  # fmt: skip
        # What others told is no answer to a question about oneself.
        is_told = evidence[0].detail["by"] == user and evidence[0].score >= begins < 1
        begun = is_told and _asks_of_oneself(draft.scene.last_user_text)
        return replace(
            draft,
            parts=(*draft.parts, *_parts(shown, draft.scene, form)),
            evidence=(*draft.evidence, *evidence),
            prefill=OPENING if begun else draft.prefill,
        )

    return step


def words_said(memory: Memory) -> str:
    """What was said, in one line, without marks that could end a quotation."""
    return unmarked(str(memory.labels.get("said", memory.text)))


def _ranked(scene: Scene, kit: Kit, least: float) -> list[tuple[Recalled, float]]:
    """The scene's memories and their cosines with the last message, the nearest first."""
    memories = [one for one in scene.memories if one.subject != scene.persona.name]
    heard = scene.last_user_text
    if not memories or not heard:
        return []
    if kit.embedder is None:
        return [(Recalled(one, 0.0), 0.0) for one in memories]
    vectors = kit.embedder.embed([heard, *map(words_said, memories)])
    near = (vectors[1:] @ vectors[0]).tolist()
    order = sorted(range(len(near)), key=lambda at: (-near[at], at))
    return [
        (Recalled(memories[at], near[at]), round(near[at], 4)) for at in order if near[at] >= least
    ]


def _asks_of_oneself(heard: str) -> bool:
    """Whether the last sentence asks about whoever says it ("What is my name?")."""
    last = (split_sentences(heard) or [""])[-1]
    return last.endswith("?") and _FIRST_PERSON.search(last) is not None


def _parts(shown: Sequence[Memory], scene: Scene, form: Form) -> tuple[PromptPart, ...]:
    said = [quoted(as_statement(words_said(one))) for one in shown]
    if form == "quotes":
        lines = [
            f"{one.subject or scene.user}: {text}" for one, text in zip(shown, said, strict=True)
        ]
        return (PromptPart("memories", f"{REMEMBERED}\n{enclosed(lines)}", role="volatile"),)
    by: dict[str, list[str]] = {}
    for one, text in zip(shown, said, strict=True):
        by.setdefault(one.subject or scene.user, []).append(text)
    answer = " ".join(
        f"{OPENING if name == scene.user else f'{name} told me'}: {' '.join(texts)}"
        for name, texts in by.items()
    )
    return (
        PromptPart("memories", ASKED, role="history", depth=1, said_as="user"),
        PromptPart("memories", answer, role="history", depth=1, said_as="assistant"),
    )
