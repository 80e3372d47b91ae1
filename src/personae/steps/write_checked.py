"""Write a reply of which every sentence was checked against the persona before it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import Field

from personae.data import Scene
from personae.draft import Candidate, Count, Draft, Emission, Evidence, Kit, Limit, Step
from personae.encoders.contradiction import Judged, judge_replies
from personae.encoders.types import Nli
from personae.lm.types import Generation, Timings, Usage, require
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.steps.generate import compared_with, request_of
from personae.text.faults import faults_of
from personae.text.reply_filter import ReplyFilter
from personae.text.sentences import sentence_ends

ENTRY = EntryInfo(needs=("chat",), nli=True)

# The share of human gold replies that the threshold flags (see encoders/contradiction).
GOLD_SHARE = 0.05
STATEMENTS_LIMIT = 64
_SEED_STEP = 7919  # keeps the seeds of attempts apart


def write_checked(
    *,
    attempts: Count = 4,
    max_sentences: Limit = 3,
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.0,
) -> Step:
    """Add one candidate; sentence by sentence, what contradicts the persona is never shown.

    Each sentence is judged as soon as it is complete and released when its contradiction with every
    statement is at most `threshold` (0: the calibrated one, which 5 % of human replies pass). A
    contradiction after a released sentence ends the reply there; one in the first sentence makes
    the model write anew, up to `attempts` times. Where all fail, the least contradictory attempt
    stays, with the fault `contradicts`.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        require(kit.lm, ("complete",) if draft.text_prompt else ("chat",), "write_checked")
        if kit.prompt_only:
            return draft
        nli = kit.need_nli("write_checked")
        judge = _Judge(nli, statements_of(draft.scene), threshold or nli.thresholds[GOLD_SHARE])
        tried: list[_Attempt] = []
        for number in range(attempts):
            if number and tried[-1].emitted:
                kit.emit(Emission("restart"))
            tried.append(_attempt(draft, kit, judge, number, max_sentences))
            if not tried[-1].faults:
                break
        best = min(tried, key=lambda attempt: (len(attempt.faults), attempt.contradiction))
        if best.faults:
            kit.emit(Emission("text", best.text))
        return _with_candidate(draft, best, tried, judge)

    return step


def statements_of(scene: Scene) -> tuple[str, ...]:
    """What the persona says of itself: at most 64 statements, macros filled."""
    return tuple(fill(text, scene) for text in scene.persona.statements[:STATEMENTS_LIMIT])


@dataclass(frozen=True, slots=True)
class _Judge:
    nli: Nli
    statements: tuple[str, ...]
    threshold: float

    def __call__(self, sentence: str) -> Judged:
        return judge_replies(self.nli, [(sentence, self.statements)])[0]


@dataclass(slots=True)
class _Attempt:
    """One writing of the reply: what passed, and the judgement that ended it, if any."""

    seed: int
    text: str = ""
    emitted: int = 0
    judged: list[Judged] = field(default_factory=list)
    stopped_by: Judged | None = None
    faults: list[str] = field(default_factory=list)
    generation: Generation | None = None

    @property
    def contradiction(self) -> float:
        return max((one.contradiction for one in self.judged), default=0.0)


def _attempt(draft: Draft, kit: Kit, judge: _Judge, number: int, max_sentences: int) -> _Attempt:
    scene = draft.scene
    others = sorted({turn.speaker for turn in scene.turns} - {scene.persona.name} | {scene.user})
    own = (scene.persona.display_name, scene.persona.name)
    reply_filter = ReplyFilter(own, others, max_sentences=max_sentences)
    attempt = _Attempt(kit.seed + _SEED_STEP * number)
    checked = 0

    def passes(end: int) -> bool:
        """Judge what was written since the last sentence, and show it when it may be shown."""
        nonlocal checked
        fresh = reply_filter.text[checked:end]
        judged = judge(fresh)
        attempt.judged.append(judged)
        if judged.contradicts(judge.threshold):
            attempt.stopped_by = judged
            return False
        kit.emit(Emission("text", fresh))
        attempt.emitted += len(fresh)
        checked = end
        return True

    def on_text(piece: str) -> bool:
        reply_filter.feed(piece)
        text = reply_filter.text
        # An end mark at the very end may go on ("..."), unless the reply is over.
        ends = [e for e in sentence_ends(text) if checked < e < len(text)]
        return not all(passes(end) for end in ends) or reply_filter.done

    generation = kit.lm.generate(request_of(draft, kit, attempt.seed), on_text)
    if attempt.stopped_by is None:
        text = reply_filter.finish(cut_short=generation.finish_reason == "length")
        if text[checked:].strip():
            passes(len(text))
    written = reply_filter.text
    attempt.text = (written[:checked] or written).strip()
    attempt.generation = generation
    attempt.faults = faults_of(attempt.text, **compared_with(draft))
    if not checked and attempt.stopped_by is not None:
        attempt.faults.append("contradicts")
    return attempt


def _with_candidate(
    draft: Draft, best: _Attempt, tried: Sequence[_Attempt], judge: _Judge
) -> Draft:
    usage, total_s = draft.usage, draft.timings.total_s
    first_s = draft.timings.first_token_s
    for attempt in tried:
        generation = attempt.generation
        usage += generation.usage if generation else Usage()
        total_s += generation.timings.total_s if generation else 0.0
        first_s = first_s or (generation.timings.first_token_s if generation else 0.0)
    detail: dict[str, Any] = {"seed": best.seed, "attempts": len(tried)}
    if best.faults:
        detail["faults"] = best.faults
    refused = [_refusal(attempt.stopped_by) for attempt in tried if attempt.stopped_by]
    if refused:
        detail["refused"] = refused
    candidate = Candidate(
        best.text,
        made_by="write_checked",
        raw=best.generation.text if best.generation else "",
        scores={"contradiction": round(_shown_contradiction(best, judge), 4)},
        detail=detail,
    )
    clashes = tuple(
        Evidence(one["statement"], "statement", one["contradiction"], {"refused": one["clause"]})
        for one in refused
    )
    return replace(
        draft,
        candidates=(*draft.candidates, candidate),
        evidence=(*draft.evidence, *clashes),
        usage=usage,
        timings=Timings(total_s, first_s),
    ).noting(
        prompt=(best.generation.prompt if best.generation else "") or draft.text_prompt,
        contradiction_threshold=round(judge.threshold, 4),
    )


def _shown_contradiction(attempt: _Attempt, judge: _Judge) -> float:
    """The worst sentence of what is shown: a refused one counts only where nothing else is left."""
    shown = [
        one.contradiction
        for one in attempt.judged
        if one is not attempt.stopped_by or "contradicts" in attempt.faults
    ]
    return max(shown, default=0.0)


def _refusal(judged: Judged) -> dict[str, Any]:
    worst = judged.worst
    assert worst is not None  # a reply without a judged clause has no contradiction
    return {
        "clause": worst.clause,
        "statement": worst.statement,
        "contradiction": round(worst.contradiction, 4),
    }
