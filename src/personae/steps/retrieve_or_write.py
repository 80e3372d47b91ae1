"""Take a stored reply where one fits and is in bounds, write one where none does (S073)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from personae import roles
from personae.data import Role, Scene
from personae.draft import Candidate, Count, Draft, Emission, Evidence, Kit, Limit, Step
from personae.encoders.kept import kept_vectors
from personae.encoders.role_bounds import Bound, RoleBounds, open_role_bounds
from personae.encoders.role_selection import RoleSelector, open_role_selector
from personae.encoders.selection import open_selector
from personae.formats.role_file import open_role
from personae.formats.role_turns import read_labelled
from personae.registry import EntryInfo
from personae.settings import from_home
from personae.steps.describe_persona import fill
from personae.steps.generate import compared_with, generate
from personae.text.faults import faults_of, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENTRY = EntryInfo(systems=("S073",), needs=("chat",), embedder=True, nli=True)

# Chosen by reading what is retrieved for messages of the training part (docs/roles.md).
THETA = 0.5
_CONTEXT_SHARE = 0.5  # of the score: how like the messages are; the rest: how the reply follows
_SEED_STEP = 104_729  # keeps the seeds of attempts apart from those of `generate`
RERANKED = 8  # of the retrieved replies, that the trained selector looks at
_SHOWN = 3  # refused replies that the evidence names

Threshold = Annotated[float, Field(ge=0, le=1)]
Rerank = Annotated[int, Field(ge=0, le=1_000)]


def retrieve_or_write(
    *,
    role: str = "phone-companion",
    theta: float = THETA,
    threshold: Threshold = 0.0,
    store: str = "",
    bounds: str = "",
    rerank: Rerank = RERANKED,
    attempts: Count = 4,
    max_sentences: Limit = 2,
    fall_back: bool = True,
) -> Step:
    """Add the stored reply with the best score if that is at least `theta` and it is in bounds.

    Else the model writes, again while the classifier says out of bounds, up to `attempts` times;
    then the reply is one that keeps the rule which was broken (`fall_back`), or the least bad
    attempt with the fault `out-of-bounds`. `theta=inf` never retrieves, `-inf` always does. Stored
    are the replies of the role and those labelled in bounds in `store` (files, with commas between;
    `shipped`, the default, is the training part of the shipped ones). `threshold` is the
    classifier's probability from which on a reply is out (0: the calibrated one, 1: never),
    `bounds` the folder of a classifier of your own. Word for word, what `store` has as out of
    bounds is out whatever the classifier says. The `rerank` best of the stored replies are
    scored anew by the selector that was trained with the classifier, if one was (0: none are).
    """
    known, banned = stored_replies(role, store), banned_replies(role, store)
    spec = open_role(role)

    def step(draft: Draft, kit: Kit) -> Draft:
        kit.needs("retrieve_or_write", "chat")
        if kit.prompt_only:
            return draft
        own = from_home(bounds) if bounds else None
        judge = open_role_bounds(spec, kit.embedder, kit.nli, own)
        selector = open_role_selector(spec, open_selector(kit.embedder), own) if rerank else None
        limit = threshold or judge.threshold
        desk = _Desk(draft, kit, judge, limit, spec, banned, selector, rerank)
        found = desk.retrieved(known, theta)
        if found is not None:
            return desk.concluded([found], ())
        tried = desk.written(attempts, max_sentences)
        if not tried[-1].is_out:
            return desk.concluded([tried[-1]], tried[:-1])
        fallen = desk.fallen_back(tried) if fall_back else None
        best = fallen or min(tried, key=lambda one: one.bound.probability)
        return desk.concluded([best], [one for one in tried if one is not best])

    return step


@dataclass(frozen=True, slots=True)
class Stored:
    """A reply in bounds and the message that it answered; empty where it is nobody's answer."""

    heard: str
    reply: str
    is_opening: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A possible reply, what the classifier says of it, and whether it may not be said."""

    candidate: Candidate
    bound: Bound
    is_out: bool
    draft: Draft | None = None


@lru_cache(maxsize=8)
def stored_replies(role: str, store: str) -> tuple[Stored, ...]:
    """The replies in bounds of a role and of files, each once. Raises FormatError, UnknownEntry."""
    spec = open_role(role)
    found = [*_of_dialogues(spec)]
    found += [Stored("", text) for rule in spec.rules for text in rule.in_bounds]
    # What a small model wrote may be in bounds, but is seldom any good.
    for file in roles.files_of(role, store, by_people=True):
        found += [
            Stored(turn.heard, turn.reply, is_opening=not turn.before)
            for turn in read_labelled(file)
            if not turn.is_out and turn.part != "test"
        ]
    return tuple({one.reply: one for one in reversed(found)}.values())[::-1]


@lru_cache(maxsize=8)
def banned_replies(role: str, store: str) -> frozenset[tuple[str, ...]]:
    """The words of each reply that people called out of bounds: none of them is said again.

    Raises FormatError.
    """
    return frozenset(
        tuple(words_of(turn.reply))
        for file in roles.files_of(role, store, by_people=True)
        for turn in read_labelled(file)
        if turn.is_out and turn.part != "test"
    )


def _of_dialogues(spec: Role) -> list[Stored]:
    found = []
    for dialogue in spec.dialogues:
        for at, (speaker, text) in enumerate(dialogue.turns):
            heard = dialogue.turns[at - 1][1] if at else ""
            if speaker == "{{char}}":
                found.append(Stored(heard, text, is_opening=at == 0))
    return found


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the ways to a reply share."""

    draft: Draft
    kit: Kit
    judge: RoleBounds
    threshold: float
    role: Role
    banned: frozenset[tuple[str, ...]]
    selector: RoleSelector | None = None
    rerank: int = 0
    known: dict[str, Bound] = field(default_factory=dict)

    def bounds(self, texts: Sequence[str]) -> list[Bound]:
        """The classifier's word on texts, each asked for once."""
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, self.judge.judge(new), strict=True))
        return [self.known[text] for text in texts]

    def judged(self, candidate: Candidate, draft: Draft | None = None) -> Judged:
        """The candidate with the classifier's word on it."""
        (bound,) = self.bounds([candidate.text])
        is_banned = tuple(words_of(candidate.text)) in self.banned
        is_out = self.threshold < 1 and (is_banned or bound.probability >= self.threshold)
        faults = [*candidate.detail.get("faults", ())] + ["out-of-bounds"] * is_out
        detail = {**candidate.detail, **({"faults": faults} if faults else {})}
        scores = {**candidate.scores, "out_of_bounds": round(bound.probability, 4)}
        return Judged(replace(candidate, scores=scores, detail=detail), bound, is_out, draft)

    def retrieved(self, known: Sequence[Stored], theta: float) -> Judged | None:
        """The best stored reply that is in bounds and was not said before, if it scores theta.

        With theta at minus infinity there is always one, whatever the classifier says.
        """
        if theta == float("inf"):
            return None
        usable = [one for one in known if one.is_opening == (not self.draft.scene.turns)] or known
        first: Judged | None = None
        for stored, score in self.ranked(usable):
            if score < theta:
                break
            one = self._stored(stored, score)
            first = first or one
            if not one.is_out and not one.candidate.detail.get("faults"):
                return one
        return first if theta == float("-inf") else None

    def ranked(self, usable: Sequence[Stored]) -> list[tuple[Stored, float]]:
        """The stored replies with their scores, the best first; those reranked before the rest."""
        found = retrieval_scores(self.draft.scene, usable, self.kit)
        order = sorted(range(len(usable)), key=lambda at: (-float(found.mixed[at]), at))
        if self.selector is None:
            return [(usable[at], float(found.mixed[at])) for at in order]
        top, rest = order[: self.rerank], order[self.rerank :]
        texts = [fill(usable[at].reply, self.draft.scene) for at in top]
        out = [one.probability for one in self.bounds(texts)]
        again = found.with_follows(
            top, self.selector.scores(self.draft.scene.last_user_text, texts, out)
        )
        best = sorted(zip(top, again, strict=True), key=lambda one: (-one[1], one[0]))
        least = best[-1][1]
        return [
            *((usable[at], score) for at, score in best),
            *((usable[at], min(least, float(found.mixed[at]))) for at in rest),
        ]

    def _stored(self, one: Stored, score: float) -> Judged:
        text = fill(one.reply, self.draft.scene)
        faults = faults_of(text, **self._compared())
        detail = {"answered": one.heard} | ({"faults": faults} if faults else {})
        made = Candidate(
            text, made_by="retrieve", scores={"retrieval": round(score, 4)}, detail=detail
        )
        return self.judged(made)

    def written(self, attempts: int, max_sentences: int) -> list[Judged]:
        """Attempts of the model, the last of which is in bounds if any is."""
        write = generate(max_sentences=max_sentences)
        quiet = replace(self.kit, emit=lambda _: None)
        before, tried = self.draft, list[Judged]()
        for number in range(attempts):
            seed = self.kit.seed + _SEED_STEP * number
            made = write(replace(before, candidates=()), replace(quiet, seed=seed))
            tried.append(self.judged(made.candidates[-1], made))
            before = replace(before, usage=made.usage, timings=made.timings)
            if not tried[-1].is_out:
                break
        return tried

    def fallen_back(self, tried: Sequence[Judged]) -> Judged | None:
        """The reply that keeps the rule which the last attempt broke and follows best."""
        rule = self.role.rules[tried[-1].bound.rule]
        compared = self._compared()
        texts = [
            text
            for text in (fill(one, self.draft.scene) for one in rule.in_bounds)
            if not faults_of(text, **compared)
        ]
        if not texts:
            return None
        heard = self.draft.scene.last_user_text
        scores = open_selector(self.kit.embedder).scores(heard, texts).tolist()
        best = texts[max(range(len(texts)), key=lambda at: scores[at])]
        # Written by people as in bounds: the classifier is not asked whether it may be said.
        made = self.judged(Candidate(best, made_by="fall_back", detail={"rule": rule.rule}))
        detail = {key: value for key, value in made.candidate.detail.items() if key != "faults"}
        return replace(made, candidate=replace(made.candidate, detail=detail), is_out=False)

    def concluded(self, chosen: Sequence[Judged], refused: Sequence[Judged]) -> Draft:
        """The draft with the reply, what was refused and by which rule, and the usage of all."""
        (one,) = chosen
        spent = next((each.draft for each in (one, *reversed(refused)) if each.draft), self.draft)
        self.kit.emit(Emission("text", one.candidate.text))
        return replace(
            self.draft,
            candidates=(*self.draft.candidates, one.candidate),
            evidence=(*self.draft.evidence, *self._evidence(one, refused)),
            usage=spent.usage,
            timings=spent.timings,
        ).noting(
            prompt=spent.notes.get("prompt", ""),
            made_by=one.candidate.made_by,
            refused=len(refused),
            bounds_threshold=round(self.threshold, 4),
        )

    def _evidence(self, one: Judged, refused: Sequence[Judged]) -> list[Evidence]:
        found = [
            Evidence(
                self.role.rules[each.bound.rule].rule, "rule", round(each.bound.probability, 4),
                {"refused": each.candidate.text, "category": self._category(each)},
            )
            for each in refused[:_SHOWN]
        ]  # fmt: skip
        if one.candidate.made_by == "retrieve":
            detail = {"answered": one.candidate.detail["answered"]}
            score = one.candidate.scores["retrieval"]
            found.append(Evidence(one.candidate.text, "stored reply", score, detail))
        return found

    def _category(self, one: Judged) -> str:
        return self.role.rules[one.bound.rule].category

    def _compared(self) -> dict[str, Any]:
        told = compared_with(self.draft)
        return {"own": told["own"], "heard": told["heard"]}


@dataclass(frozen=True, slots=True)
class Retrieval:
    """How like each stored reply's message is to what was said, and how well the reply follows it.

    A reply that was nobody's answer has the second alone.
    """

    answered: NDArray[np.bool_]
    alike: NDArray[np.float64]
    follows: NDArray[np.float64]

    @property
    def mixed(self) -> NDArray[np.float64]:
        """Half of each, at most about 1."""
        import numpy as np

        both = _CONTEXT_SHARE * self.alike + (1 - _CONTEXT_SHARE) * self.follows
        return np.where(self.answered, both, self.follows)

    def with_follows(self, some: Sequence[int], follows: NDArray[np.float64]) -> list[float]:
        """The scores of `some` replies where another judge says how well they follow."""
        at = list(some)
        again: list[float] = Retrieval(self.answered[at], self.alike[at], follows).mixed.tolist()
        return again


def retrieval_scores(scene: Scene, stored: Sequence[Stored], kit: Kit) -> Retrieval:
    """How well each stored reply would do here: cosine of messages, and `encoders.selection`."""
    import numpy as np

    heard = scene.last_user_text
    selector = open_selector(kit.embedder)
    follows = selector.scores(heard, [fill(one.reply, scene) for one in stored])
    answered_ones = kept_vectors(selector.embedder, tuple(one.heard for one in stored))
    alike = (answered_ones @ selector.embedder.embed([heard])[0]).astype(np.float64)
    return Retrieval(np.array([bool(one.heard) for one in stored]), alike, follows)
