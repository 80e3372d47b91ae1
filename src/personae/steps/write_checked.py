"""Write a reply of which every sentence was checked against the persona before it is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

from pydantic import Field

from personae.data import Scene
from personae.draft import Candidate, Count, Draft, Emission, Evidence, Kit, Limit, Step
from personae.encoders.contradiction import Judged, judge_replies
from personae.encoders.kept import kept_vectors
from personae.encoders.recollection import OPENING, is_recollection, judge_recollection
from personae.encoders.reply_worth import features_of, open_reply_worth
from personae.encoders.types import Embedder, Nli
from personae.lm.types import Generation, Message, Timings, Usage, require
from personae.registry import EntryInfo
from personae.steps.describe_persona import fill
from personae.steps.generate import LOOP_CHECK_CHARS, against_loops, compared_with, request_of
from personae.steps.show_memories import words_said
from personae.text.faults import ends_in_loop, faults_of
from personae.text.reply_filter import ReplyFilter
from personae.text.sentences import sentence_ends
from personae.text.written import as_statement

ENTRY = EntryInfo(needs=("chat",), nli=True, embedder=True)

# The share of human gold replies that the threshold flags (see encoders/contradiction).
GOLD_SHARE = 0.1
STATEMENTS_LIMIT = 64
NEVER = 1.0  # no message is that near to a statement
LEAST_WORDS = 4  # fewer are no reply by themselves: "I'm Ana.", "Well, yes"
_SEED_STEP = 7919  # keeps the seeds of attempts apart
_JOINT = re.compile(r"\s*(?:[,;]|\s[-–—]+\s|\s(?=(?:and|but|because|so|although|though)\b))\s*")
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|im|i've|my|mine|me|we|our)\b", re.IGNORECASE)
_ASKED_BEFORE = "Tell me about yourself."


def write_checked(
    *,
    attempts: Count = 3,
    max_sentences: Limit = 3,
    threshold: Annotated[float, Field(ge=0, le=1)] = 0.0,
    remind_first: Annotated[float, Field(ge=0, le=1)] = NEVER,
    draws: Count = 1,
    remind: bool = True,
    repair: bool = True,
    fall_back: bool = True,
) -> Step:
    """Add the candidates of one reply; what contradicts the persona is never shown.

    Each sentence is judged as soon as it is complete and released when its contradiction with every
    statement is at most `threshold` (0: the calibrated one, which 10 % of human replies pass). A
    sentence that fails is cut before its failing clause (`repair`); after a released sentence the
    reply ends there. A statement whose cosine with the message is at least `remind_first` (1: none)
    is said by the persona before the first attempt, unless it was said in its last turns. Where
    nothing was released, the model writes anew, `draws` replies at a time and up to `attempts` in
    all, with the statement that it contradicted and the one that bears most on the message said
    right before that message (`remind`). Of what passes, the candidate with the highest `worth` is
    shown (`encoders.reply_worth`). Where nothing passes, the persona says the statement that bears
    most on the message (`fall_back`); without one, the least contradictory attempt stays, with the
    fault `contradicts`. Statements in other languages than English are not judged.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        require(kit.lm, ("complete",) if draft.text_prompt else ("chat",), "write_checked")
        if kit.prompt_only:
            return draft
        nli = kit.need_nli("write_checked")
        limit = threshold or nli.thresholds[GOLD_SHARE]
        judge = Judge(nli, statements_of(draft.scene), limit, kit.embedder, recollected(draft))
        desk = Desk(draft, kit, judge, max_sentences, repair)
        told = [] if judge.told else _worth_telling(desk, remind_first)
        start = reminded(draft, [one.text for one in told])
        tried = [write_attempt(desk, start, 0, is_shown=True)]
        # To a memory there is nothing to add: where the model goes astray, it is said itself.
        most = 1 if judge.told else attempts
        while all(attempt.faults for attempt in tried) and len(tried) < most:
            prompt = _next_prompt(desk, tried) if remind else draft
            number = min(draws, most - len(tried))
            # With several to choose from the best is shown, not the first.
            is_alone = number == 1 and not any(attempt.head for attempt in tried)
            first = len(tried)
            tried += [
                write_attempt(desk, prompt, first + at, is_shown=is_alone) for at in range(number)
            ]
        done = _concluded(desk, tried, fall_back)
        return replace(done, evidence=(*done.evidence, *told))

    return step


def statements_of(scene: Scene) -> tuple[str, ...]:
    """What the persona says of itself, macros filled, and what it is remembered to have said.

    None of a persona that speaks another language than English, which the model does not know.
    """
    if scene.persona.language.split("-")[0].lower() not in ("", "en"):
        return ()
    own = (one for one in scene.memories if one.subject == scene.persona.name)
    return (
        *(fill(text, scene) for text in scene.persona.statements),
        *(words_said(one) for one in own),
    )


def recollected(draft: Draft) -> tuple[str, ...]:
    """What the user told, where the reply has begun to say it; the nearest to the message first."""
    if not is_recollection(draft.prefill):
        return ()
    return tuple(
        one.detail["said"]
        for one in draft.evidence
        if one.source == "memory" and one.detail["by"] == draft.scene.user
    )


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges sentences against the statements of one persona.

    Of more than 64 statements those nearest to the sentence are asked: what a sentence contradicts
    is near to it, and each statement costs about a millisecond. A reply that says what the user
    `told` is judged by that alone: it says nothing of the persona.
    """

    nli: Nli
    statements: tuple[str, ...]
    threshold: float
    embedder: Embedder | None = None
    told: tuple[str, ...] = ()

    def __call__(self, sentence: str) -> Judged:
        if self.told:
            return judge_recollection(self.nli, sentence, self.told)
        return judge_replies(self.nli, [(sentence, self._asked(sentence))])[0]

    def _asked(self, sentence: str) -> tuple[str, ...]:
        if len(self.statements) <= STATEMENTS_LIMIT or self.embedder is None:
            return self.statements[:STATEMENTS_LIMIT]
        near = kept_vectors(self.embedder, self.statements) @ self.embedder.embed([sentence])[0]
        nearest = sorted(range(len(near)), key=lambda at: (-near[at], at))[:STATEMENTS_LIMIT]
        return tuple(self.statements[at] for at in sorted(nearest))

    def passes(self, text: str) -> bool:
        """Whether nothing in the text contradicts a statement."""
        return not self(text).contradicts(self.threshold)


@dataclass(frozen=True, slots=True)
class Desk:
    """What all attempts at one reply share."""

    draft: Draft
    kit: Kit
    judge: Judge
    max_sentences: int
    repair: bool

    @property
    def heard(self) -> str:
        """The message that is replied to."""
        return self.draft.scene.last_user_text


@dataclass(slots=True)
class Attempt:
    """One writing of the reply: what passed, and the judgement that ended it, if any.

    `head` is the part of a first sentence before the clause that failed.
    """

    seed: int
    text: str = ""
    head: str = ""
    emitted: int = 0
    judged: list[Judged] = field(default_factory=list)
    stopped_by: Judged | None = None
    faults: list[str] = field(default_factory=list)
    generation: Generation | None = None

    @property
    def contradiction(self) -> float:
        """Of the worst sentence that was judged; a refused one is left out of what passed."""
        kept = [one for one in self.judged if self.faults or one is not self.stopped_by]
        return max((one.contradiction for one in kept), default=0.0)

    @property
    def clash(self) -> str:
        """The statement that ended the attempt, or an empty text."""
        return self.stopped_by.worst.statement if self.stopped_by and self.stopped_by.worst else ""


class _Watch:
    """Judges the sentences of one attempt while the model writes."""

    def __init__(self, desk: Desk, attempt: Attempt, *, is_shown: bool) -> None:
        scene = desk.draft.scene
        others = sorted({turn.speaker for turn in scene.turns} - {scene.persona.name})
        own = (scene.persona.display_name, scene.persona.name)
        self.filter = ReplyFilter(own, [*others, scene.user], max_sentences=desk.max_sentences)
        self.passed = 0
        self._desk, self._attempt, self._is_shown, self._looked = desk, attempt, is_shown, 0
        self.filter.feed(desk.draft.prefill)

    def hear(self, piece: str) -> bool:
        """Take what the model wrote; True ends the writing."""
        self.filter.feed(piece)
        text = self.filter.text
        # An end mark at the very end may go on ("..."), unless the reply is over.
        ends = [end for end in sentence_ends(text) if self.passed < end < len(text)]
        return not all(map(self._takes, ends)) or self.filter.done or self._loops(text)

    def _takes(self, end: int) -> bool:
        """Judge up to there, unless it is too little to be a reply and waits for what follows."""
        is_short = len(self.filter.text[self.passed : end].split()) < LEAST_WORDS
        return (is_short and not self.passed) or self._judge(end)

    def finish(self, *, cut_short: bool) -> None:
        """Judge what is left when the model has ended."""
        if self._attempt.stopped_by is None:
            text = self.filter.finish(cut_short=cut_short)
            if text[self.passed :].strip():
                self._judge(len(text))

    def _judge(self, end: int) -> bool:
        """Judge what was written since the last sentence, and show it when it may be shown."""
        fresh = self.filter.text[self.passed : end]
        judged = self._desk.judge(fresh)
        self._attempt.judged.append(judged)
        if not judged.contradicts(self._desk.judge.threshold):
            self._show(fresh)
            self.passed = end
            return True
        self._attempt.stopped_by = judged
        is_mended = self._desk.repair and not self._desk.judge.told
        head = _head(fresh, self._desk.judge) if is_mended else ""
        if head and not self.passed:
            self._attempt.head = head
        elif head:
            self._show(f" {head}")
            self.filter.text = f"{self.filter.text[: self.passed].rstrip()} {head}"
            self.passed = len(self.filter.text)
        return False

    def _show(self, text: str) -> None:
        if self._is_shown:
            self._desk.kit.emit(Emission("text", text))
            self._attempt.emitted += len(text)

    def _loops(self, text: str) -> bool:
        if len(text) - self._looked < LOOP_CHECK_CHARS or not text[-1:].isalnum():
            return False
        self._looked = len(text)
        return ends_in_loop(text)


def write_attempt(desk: Desk, prompt: Draft, number: int, *, is_shown: bool) -> Attempt:
    """Let the model write once, each sentence judged; `is_shown` shows what passes as it comes."""
    attempt = Attempt(desk.kit.seed + _SEED_STEP * number)
    watch = _Watch(desk, attempt, is_shown=is_shown)
    request = replace(request_of(prompt, desk.kit, attempt.seed), log_probs=True)
    attempt.generation = desk.kit.lm.generate(request, watch.hear)
    watch.finish(cut_short=attempt.generation.finish_reason == "length")
    written = watch.filter.text
    attempt.text = (written[: watch.passed] or written).strip()
    attempt.faults = faults_of(attempt.text, **compared_with(desk.draft))
    if not watch.passed and attempt.stopped_by is not None:
        attempt.faults.append("contradicts")
    if attempt.faults and attempt.emitted:
        desk.kit.emit(Emission("restart"))
        attempt.emitted = 0
    return attempt


def _head(sentence: str, judge: Judge) -> str:
    """The longest start of a sentence, up to a joint, that passes; empty where there is none."""
    for joint in reversed(list(_JOINT.finditer(sentence))):
        start = sentence[: joint.start()].strip()
        if len(start.split()) >= LEAST_WORDS and judge.passes(start):
            return f"{start}."
    return ""


def _next_prompt(desk: Desk, tried: Sequence[Attempt]) -> Draft:
    """After a contradiction with what to say instead, after a loop with a repeat penalty."""
    draft = against_loops(desk.draft) if "loops" in tried[-1].faults else desk.draft
    clashes = [attempt.clash for attempt in tried if attempt.clash]
    if not clashes:
        return draft
    return reminded(draft, list(dict.fromkeys([clashes[-1], *bearing(desk)[:1]])))


def reminded(draft: Draft, statements: Sequence[str]) -> Draft:
    """The draft with statements said by the persona right before the last message.

    As an earlier turn of its own: of five ways to remind the embedded model, this one worked best
    (docs/guard.md).
    """
    if not statements or draft.text_prompt or not draft.messages:
        return draft
    before = (
        Message("user", _ASKED_BEFORE),
        Message("assistant", " ".join(map(as_statement, statements))),
    )
    return replace(draft, messages=(*draft.messages[:-1], *before, draft.messages[-1]))


def bearing(desk: Desk) -> list[str]:
    """The statements, those that bear most on the message first (cosine)."""
    return [statement for _, statement in _nearness(desk)]


def _nearness(desk: Desk) -> list[tuple[float, str]]:
    """The statements with their cosines to the message, highest first."""
    statements = desk.judge.statements
    if not statements or not desk.heard:
        return [(0.0, statement) for statement in statements]
    embedder = desk.kit.need_embedder("write_checked")
    near = (kept_vectors(embedder, statements) @ embedder.embed([desk.heard])[0]).tolist()
    order = sorted(range(len(near)), key=lambda at: (-near[at], at))
    return [(near[at], statements[at]) for at in order]


def _worth_telling(desk: Desk, least: float) -> list[Evidence]:
    """The statement nearest to the message, if it is near enough and was not said just now."""
    if least >= NEVER or not desk.judge.statements:
        return []
    near, statement = _nearness(desk)[0]
    own = compared_with(desk.draft)["own"]
    is_said = "repeats-itself" in faults_of(as_statement(statement), own=own)
    # Asked about the user, the persona would answer of itself.
    told = [one.score for one in desk.draft.evidence if one.source == "memory"]
    if near < least or is_said or near <= max(told, default=-1.0):
        return []
    return [Evidence(statement, "statement", round(near, 4), {"reminded": "first"})]


def _concluded(desk: Desk, tried: Sequence[Attempt], fall_back: bool) -> Draft:
    """Show the best of what passed, where it is not shown yet, and put all into the draft."""
    own = compared_with(desk.draft)
    made = [
        _candidate(desk, attempt.head, "repair", attempt, is_weighed=True)
        for attempt in tried
        if attempt.head and not faults_of(attempt.head, **own)
    ]
    passed = [attempt for attempt in tried if not attempt.faults]
    has_choice = len(made) + len(passed) > 1
    made += [
        _candidate(desk, attempt.text, "write_checked", attempt, is_weighed=has_choice)
        for attempt in passed
    ]
    if not made:
        fallen = _fallen_back(desk, tried) if fall_back else None
        made = [fallen or _least_bad(desk, tried)]
    if not any(attempt.emitted for attempt in passed):
        best = max(made, key=lambda candidate: candidate.scores.get("worth", 0.0))
        desk.kit.emit(Emission("text", best.text))
    return _with_candidates(desk, made, tried)


def _candidate(
    desk: Desk, text: str, made_by: str, attempt: Attempt, *, is_weighed: bool
) -> Candidate:
    """What passed of an attempt; what it is worth is only asked where there is a choice."""
    generation = attempt.generation
    scores = {"contradiction": attempt.contradiction}
    if is_weighed:
        scores = dict(
            features_of(
                text,
                desk.judge(text),
                heard=desk.heard,
                own=compared_with(desk.draft)["own"],
                embedder=desk.kit.need_embedder("write_checked"),
                tokens=generation.tokens if generation else (),
            )
        )
        scores["worth"] = open_reply_worth()(scores)
    return Candidate(
        text,
        made_by=made_by,
        raw=generation.text if generation else "",
        scores={name: round(value, 4) for name, value in scores.items()},
        detail={"seed": attempt.seed, "made_by": made_by},
    )


def _fallen_back(desk: Desk, tried: Sequence[Attempt]) -> Candidate | None:
    """The statement that bears most on the message, as a reply; None where none can be said.

    It needs statements in the first person, a contradiction that they are the answer to, and that
    the persona has not said just that before.
    """
    if desk.judge.told:
        text = f'{OPENING}: "{as_statement(desk.judge.told[0])}"'
        return Candidate(
            text, made_by="fall_back", detail={"seed": tried[-1].seed, "made_by": "fall_back"}
        )
    if not any(attempt.clash for attempt in tried):
        return None
    own = compared_with(desk.draft)
    for statement in bearing(desk):
        text = as_statement(statement)
        judged = desk.judge(text)
        is_sayable = _FIRST_PERSON.search(text) and not judged.contradicts(desk.judge.threshold)
        if is_sayable and not faults_of(text, **own):
            return Candidate(
                text,
                made_by="fall_back",
                scores={"contradiction": round(judged.contradiction, 4)},
                detail={"seed": tried[-1].seed, "made_by": "fall_back"},
            )
    return None


def _least_bad(desk: Desk, tried: Sequence[Attempt]) -> Candidate:
    """The attempt with the fewest faults, then the least contradiction, with its faults."""
    best = min(tried, key=lambda attempt: (len(attempt.faults), attempt.contradiction))
    candidate = _candidate(desk, best.text, "write_checked", best, is_weighed=False)
    return replace(candidate, detail={**candidate.detail, "faults": best.faults})


def _with_candidates(desk: Desk, made: Sequence[Candidate], tried: Sequence[Attempt]) -> Draft:
    """The draft with candidates, with what was refused and why, and with what it all cost."""
    draft = desk.draft
    usage, total_s = draft.usage, draft.timings.total_s
    first_s = draft.timings.first_token_s
    for attempt in tried:
        generation = attempt.generation
        usage += generation.usage if generation else Usage()
        total_s += generation.timings.total_s if generation else 0.0
        first_s = first_s or (generation.timings.first_token_s if generation else 0.0)
    refused = [_refusal(attempt.stopped_by) for attempt in tried if attempt.stopped_by]
    told = {"attempts": len(tried)} | ({"refused": refused} if refused else {})
    first = replace(made[0], detail={**made[0].detail, **told})
    clashes = tuple(
        Evidence(one["statement"], "statement", one["contradiction"], {"refused": one["clause"]})
        for one in refused
    )
    return replace(
        draft,
        candidates=(*draft.candidates, first, *made[1:]),
        evidence=(*draft.evidence, *clashes),
        usage=usage,
        timings=Timings(total_s, first_s),
    ).noting(
        prompt=next((one.generation.prompt for one in tried if one.generation), draft.text_prompt),
        contradiction_threshold=round(desk.judge.threshold, 4),
    )


def _refusal(judged: Judged) -> dict[str, Any]:
    worst = judged.worst
    assert worst is not None  # a reply without a judged clause has no contradiction
    return {
        "clause": worst.clause,
        "statement": worst.statement,
        "contradiction": round(worst.contradiction, 4),
    }
