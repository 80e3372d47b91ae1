"""Rewrite the reply so that it says something of the recalled habit and means the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from personae.draft import Candidate, Draft, Emission, Kit, Limit, Step
from personae.encoders.clashes import contradicting
from personae.lm.types import Message, Request, Usage
from personae.registry import EntryInfo
from personae.steps.generate import compared_with
from personae.text.faults import faults_of
from personae.text.habits import joined
from personae.text.reply_filter import ReplyFilter

ENTRY = EntryInfo(systems=("S005",), needs=("chat",), nli=True)

_SEED_STEP = 15_485_863  # keeps the rewriting's seed apart from those of the reply
_TASK = (
    "Rewrite the original reply so that it also says something of the facts. Do not change what "
    "the reply means."
)
# facts, heard, original, rewritten: k = 3 examples, as published; written for this project
_EXAMPLES: tuple[tuple[tuple[str, ...], str, str, str], ...] = (
    (
        ("I paint with watercolours on Sundays.", "I set up my easel by the pond."),
        "What are you up to this weekend?", "Not much, I will be outside.",
        "Not much, I will be outside with my easel by the pond.",
    ),
    (
        ("I drive a taxi at night.", "I know every short cut in town."),
        "Do you like your job?", "Yes, I like it a lot.",
        "Yes, I like it a lot, I know every short cut in town by now.",
    ),
    (
        ("I keep bees behind the house.", "I wear a veil and thick gloves."),
        "I am afraid of insects.", "I understand, I was afraid too.",
        "I understand, I was afraid too until I got my veil and thick gloves.",
    ),
)  # fmt: skip


def rewrite_with_habits(*, max_sentences: Limit = 2) -> Step:
    """Put a rewritten reply before the one that stands, where it may pass for it.

    The facts are the evidence of `recall_habits`. A rewriting with a fault is not taken, nor one
    that contradicts the reply as it was (the likeliest label, either way).
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        facts = [one.text for one in draft.evidence if one.source == "habit"]
        if kit.prompt_only or not facts or not draft.candidates:
            return draft
        original = draft.candidates[0]
        text, tokens = _rewritten(draft, kit, facts, original.text, max_sentences)
        faults = faults_of(text, **compared_with(draft))
        draft = replace(draft, usage=draft.usage + tokens)
        if faults or text == original.text or not _means_the_same(text, original.text, kit):
            return draft.noting(rewritten=False, rewriting=text)
        kit.emit(Emission("restart"))
        kit.emit(Emission("text", text))
        better = Candidate(text, made_by="rewrite_with_habits", detail={"original": original.text})
        return replace(draft, candidates=(better, *draft.candidates)).noting(rewritten=True)

    return step


def _rewritten(
    draft: Draft, kit: Kit, facts: Sequence[str], original: str, limit: int
) -> tuple[str, Usage]:
    request = Request(
        messages=_messages(facts, draft.scene.last_user_text, original),
        sampling=replace(draft.sampling, seed=kit.seed + _SEED_STEP),
        cancel=kit.cancel,
        replayable=kit.replayable,
    )
    persona = draft.scene.persona
    shown = ReplyFilter(
        (persona.display_name, persona.name), (draft.scene.user,), max_sentences=limit
    )

    def on_text(piece: str) -> bool:
        shown.feed(piece)
        return shown.done

    generation = kit.lm.generate(request, on_text)
    return shown.finish(cut_short=generation.finish_reason == "length"), generation.usage


def _messages(facts: Sequence[str], heard: str, original: str) -> tuple[Message, ...]:
    messages = [Message("system", _TASK)]
    for shown, before, reply, rewritten in _EXAMPLES:
        messages += [Message("user", _asked(shown, before, reply)), Message("assistant", rewritten)]
    return (*messages, Message("user", _asked(facts, heard, original)))


def _asked(facts: Sequence[str], heard: str, original: str) -> str:
    return f"Facts:\n{joined(facts)}\nAnswered is: {heard}\nOriginal reply: {original}"


def _means_the_same(text: str, original: str, kit: Kit) -> bool:
    nli = kit.need_nli("rewrite_with_habits")
    return not any(contradicting(nli, [(text, original), (original, text)]))
