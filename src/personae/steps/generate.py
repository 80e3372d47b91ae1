"""Let the model write candidates, each filtered into one clean reply and retried when unusable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from personae.draft import Candidate, Count, Draft, Emission, Kit, Limit, Step
from personae.lm.types import Generation, Request, Sampling, Timings, require
from personae.registry import EntryInfo
from personae.text.faults import ends_in_loop, faults_of
from personae.text.reply_filter import ReplyFilter

ENTRY = EntryInfo(needs=("chat",))

LOOP_PENALTY = 1.15
LOOP_CHECK_CHARS = 16  # a loop goes on: looking at every piece would cost more than it saves
_SEED_STEP = 7919  # keeps the seeds of candidates and attempts apart


def generate(*, candidates: Count = 1, attempts: Count = 3, max_sentences: Limit = 3) -> Step:
    """Add `candidates` replies; one with a fault is written anew, up to `attempts` times.

    Faults are those of `text.faults`: empty, looping, leaking the prompt, repeating itself,
    echoing. The first candidate streams through `kit.emit`; `restart` tells the listener to forget
    it. After a loop the next attempt is drawn with a repeat penalty.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        require(kit.lm, ("complete",) if draft.text_prompt else ("chat",), "generate")
        for number in range(0 if kit.prompt_only else candidates):
            draft = _one_candidate(draft, kit, number, attempts, max_sentences)
        return draft

    return step


def _one_candidate(draft: Draft, kit: Kit, number: int, attempts: int, max_sentences: int) -> Draft:
    usage, timings, tried = draft.usage, draft.timings, []
    for attempt in range(attempts):
        if attempt and number == 0:
            kit.emit(Emission("restart"))
        seed = kit.seed + _SEED_STEP * (number * attempts + attempt)
        text, generation = _write(draft, kit, seed, max_sentences, is_shown=number == 0)
        faults = faults_of(text, **compared_with(draft))
        draft = against_loops(draft) if "loops" in faults else draft
        usage += generation.usage
        first = timings.first_token_s or generation.timings.first_token_s
        timings = Timings(timings.total_s + generation.timings.total_s, first)
        detail: dict[str, Any] = {"seed": seed, "finish": generation.finish_reason}
        if faults:
            detail["faults"] = faults
        tried.append(Candidate(text, made_by="generate", raw=generation.text, detail=detail))
        if not faults:
            break
    # All attempts failed: the one with the fewest faults is still the best answer there is.
    best = min(tried, key=lambda candidate: len(candidate.detail.get("faults", ())))
    best = replace(best, detail={**best.detail, "attempts": len(tried)})
    return replace(
        draft, candidates=(*draft.candidates, best), usage=usage, timings=timings
    ).noting(prompt=generation.prompt or draft.text_prompt)


def _write(
    draft: Draft, kit: Kit, seed: int, max_sentences: int, *, is_shown: bool
) -> tuple[str, Generation]:
    scene = draft.scene
    others = sorted({turn.speaker for turn in scene.turns} - {scene.persona.name} | {scene.user})
    own = (scene.persona.display_name, scene.persona.name)
    reply_filter = ReplyFilter(own, others, max_sentences=max_sentences)
    checked = 0

    def on_text(piece: str) -> bool:
        nonlocal checked
        fresh = reply_filter.feed(piece)
        if fresh and is_shown:
            kit.emit(Emission("text", fresh))
        text = reply_filter.text
        if reply_filter.done or len(text) - checked < LOOP_CHECK_CHARS or not text[-1:].isalnum():
            return reply_filter.done
        checked = len(text)
        return ends_in_loop(text)

    generation = kit.lm.generate(request_of(draft, kit, seed), on_text)
    text = reply_filter.finish(cut_short=generation.finish_reason == "length")
    if is_shown and reply_filter.rest():
        kit.emit(Emission("text", reply_filter.rest()))
    return text, generation


def request_of(draft: Draft, kit: Kit, seed: int) -> Request:
    """The request that a draft's prompt makes, with a seed."""
    sampling: Sampling = replace(draft.sampling, seed=seed)
    return Request(
        messages=() if draft.text_prompt else draft.messages,
        prompt=draft.text_prompt,
        prefill=draft.prefill,
        sampling=sampling,
        cancel=kit.cancel,
        replayable=kit.replayable,
        adapters=draft.adapters,
    )


def against_loops(draft: Draft) -> Draft:
    """The draft with a repeat penalty: with another seed alone a loop tends to come back."""
    penalty = max(draft.sampling.repeat_penalty, LOOP_PENALTY)
    return replace(draft, sampling=replace(draft.sampling, repeat_penalty=penalty))


def compared_with(draft: Draft) -> dict[str, Any]:
    """What `faults_of` compares a reply with."""
    name = draft.scene.persona.name
    return {
        "instructions": [p.text for p in draft.parts if p.name in ("rules", "instructions")],
        "own": [turn.text for turn in draft.scene.turns if turn.speaker == name][-4:],
        "heard": draft.scene.last_user_text,
    }
