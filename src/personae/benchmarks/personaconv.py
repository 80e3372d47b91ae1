"""PersonaConvBench: how will this author's reply be received, and what will it say (S024)?"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Annotated, Literal

from pydantic import Field

from personae.benchmarks.types import (
    Ask,
    Baseline,
    Benchmark,
    Question,
    by_chance,
    echo,
    nothing_said,
)
from personae.data import Persona, Scene, Turn
from personae.errors import InvalidOption
from personae.formats.reading import find_data
from personae.formats.thread_making import made_threads
from personae.formats.threads import Comment, Thread, read_threads
from personae.registry import EntryInfo
from personae.text.content_words import content_stems

ENTRY = EntryInfo(
    systems=("S024",),
    aka=("personaconvbench",),
    paper="Li et al. 2025, A Personalized Conversational Benchmark: Towards Simulating "
    "Personalized Conversations",
    deviations="The published threads are on a hub: by default communities of our own making. At "
    "most twelve comments of a thread are shown, and no METEOR is computed.",
)

SIGNS = ("positive", "negative")
JUDGE, ASKER = "Assistant", "User"
PARTICIPANTS, OWN_REPLIES, LEAST_SCORE = 4, 3, 4
CONTENT_CHARS, PARENT_CHARS, SHOWN = 500, 100, 12

Task = Literal["sentiment", "impact", "generate"]
Context = Literal["with", "without", "random"]


@dataclass(frozen=True, slots=True)
class Target:
    """A reply of a thread's author whose score, or text, is to be foreseen."""

    thread: Thread
    at: int

    @property
    def reply(self) -> Comment:
        return self.thread.comments[self.at]

    @property
    def score(self) -> int:
        return self.reply.score or 0


def personaconv(
    *,
    task: Task = "sentiment",
    context: Context = "with",
    data: str = "",
    threads: Annotated[int, Field(ge=1, le=100_000)] = 200,
    balanced: bool = True,
    seed: int = 0,
) -> Benchmark:
    """The sign of a reply's score (`sentiment`), the score (`impact`), or its text (`generate`).

    `context`: the thread and the author's best-known other reply with their scores (`with`), those
    of somebody else's thread (`random`), or neither. `data`: a file of threads, here or below
    $PERSONAE_DATA; by default so many `threads` of our own. `balanced` leaves out the positive
    replies of the lowest scores until both signs are as many. Raises FormatError, InvalidOption.
    """
    rng = random.Random(seed)
    found = [*(read_threads(find_data(data)) if data else made_threads(threads, seed))]
    targets = [one for thread in found if (one := target_of(thread)) is not None]
    if balanced and task == "sentiment":
        targets = _balanced(targets)
    if len({one.thread.author for one in targets}) < 2:
        raise InvalidOption("Of fewer than two authors a reply is left after the filters.")
    asks: dict[str, Ask] = {"sentiment": "choose", "impact": "reply", "generate": "reply"}
    metrics = {
        "sentiment": ("choice-accuracy", "positive-f1", "mcc"),
        "impact": ("rmse", "mae"),
        "generate": ("rouge-l", "bleu", "word-f1"),
    }
    return Benchmark(
        version="1",
        ask=asks[task],
        choose_by="calibrated",
        questions=tuple(_questions(targets, task, context, rng)),
        metrics=metrics[task],
        source="Threads of another's." if data else "Made-up threads of made-up authors (CC0).",
        baselines=_baselines(task, targets),
    )


def target_of(thread: Thread) -> Target | None:
    """The author's reply with the largest score either way, if the thread passes the filters.

    More than three take part, the author replied more than twice, the score is more than three
    either way, and what is replied to is not deleted.
    """
    own = [
        at
        for at, one in enumerate(thread.comments)
        if one.author == thread.author
        and one.score is not None
        and not one.is_gone
        and not (one.parent is not None and thread.comments[one.parent].is_gone)
    ]
    people = {thread.author, *(one.author for one in thread.comments)}
    if len(people) < PARTICIPANTS or len(own) < OWN_REPLIES:
        return None
    best = Target(thread, max(own, key=lambda at: abs(thread.comments[at].score or 0)))
    return best if abs(best.score) >= LEAST_SCORE else None


def _balanced(targets: Sequence[Target]) -> list[Target]:
    """As many positive as negative ones: the positive of the lowest scores are left out."""
    liked = sorted((one for one in targets if one.score > 0), key=lambda one: -one.score)
    kept = {id(one) for one in liked[: len(targets) - len(liked)]}
    return [one for one in targets if one.score <= 0 or id(one) in kept]


def _questions(
    targets: Sequence[Target], task: Task, context: Context, rng: random.Random
) -> Iterator[Question]:
    for number, one in enumerate(targets):
        others = [other for other in targets if other.thread.author != one.thread.author]
        source = {"with": one, "random": rng.choice(others), "without": None}[context]
        shown = known_replies(source) if source is not None else []
        yield Question(
            id=f"{number}:{one.thread.author}",
            scene=Scene(
                persona=Persona(name=JUDGE, system_prompt=_TASKS[task]),
                turns=(Turn(speaker=ASKER, text=_prompt(one, source, task)),),
                user=ASKER,
            ),
            reference={
                "sentiment": SIGNS[one.score <= 0], "impact": str(one.score),
                "generate": one.reply.body,
            }[task],
            options=SIGNS if task == "sentiment" else (),
            group=one.thread.community,
            labels={
                "known": [[each.body, each.score] for each in shown],
                "reply": "" if task == "generate" else one.reply.body,
                "author": one.thread.author,
            },
        )  # fmt: skip


def known_replies(target: Target) -> list[Comment]:
    """The author's other replies in the thread, those of the largest scores first."""
    thread = target.thread
    own = [
        one
        for at, one in enumerate(thread.comments)
        if at != target.at and one.author == thread.author and one.score is not None
        and not one.is_gone
    ]  # fmt: skip
    return sorted(own, key=lambda one: -abs(one.score or 0))


_TASKS = {
    "sentiment": "You foresee how a community receives a reply: whether its score is positive or "
    "negative. Answer with that one word.",
    "impact": "You foresee the score of a reply in a community. Answer with the number alone.",
    "generate": "You write the reply that the author of a post would write, and nothing else.",
}
_ASKED = {
    "sentiment": "Is the score of this reply positive or negative?",
    "impact": "What is the score of this reply?",
    "generate": "Write the author's reply.",
}


def _prompt(target: Target, source: Target | None, task: Task) -> str:
    """What is shown: post, thread and example of `source` where there is one, and the reply."""
    thread, reply = target.thread, target.reply
    lines = [
        f"Community: {thread.community}", f"Title: {thread.title}",
        f"Post: {_cut(thread.content, CONTENT_CHARS)}",
    ]  # fmt: skip
    if source is not None:
        lines += ["The thread:", *_thread_lines(source)]
        if known := known_replies(source):
            lines += [f"Another reply of the author: {known[0].body}", f"Score: {known[0].score}"]
        parent = thread.content if reply.parent is None else thread.comments[reply.parent].body
        lines.append(f"The author replies to: {_cut(parent, PARENT_CHARS)}")
    if task != "generate":
        lines.append(f"The author's reply: {reply.body}")
    return "\n".join([*lines, _ASKED[task]])


def _thread_lines(source: Target) -> list[str]:
    """Comments with their scores, without the target: neither its text nor its score is shown."""
    shown = [one for at, one in enumerate(source.thread.comments) if at != source.at]
    kept = [one for one in shown if not one.is_gone][:SHOWN]
    return [f"- {one.author} ({one.score}): {_cut(one.body, CONTENT_CHARS)}" for one in kept]


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[:limit] + "…"


def _baselines(task: Task, targets: Sequence[Target]) -> dict[str, Baseline]:
    if task == "generate":
        return {"nothing": nothing_said, "echo": echo, "own-reply": _own_reply}
    if task == "impact":
        return {"mean": _mean_of(targets), "history": _history_score(targets)}
    words = _by_words(targets)
    return {
        "random": by_chance, "positive": lambda question, rng: SIGNS[0], "words": words,
        "history": _by_history(words),
    }  # fmt: skip


def _own_reply(question: Question, rng: random.Random) -> str:
    """The author's best-known other reply, said again."""
    known = question.labels["known"]
    return str(known[0][0]) if known else ""


def _mean_of(targets: Sequence[Target]) -> Baseline:
    mean = fmean(one.score for one in targets)
    return lambda question, rng: f"{mean:.2f}"


def _history_score(targets: Sequence[Target]) -> Baseline:
    """The mean score of the replies that are shown, else that of all."""
    otherwise = _mean_of(targets)

    def baseline(question: Question, rng: random.Random) -> str:
        scores = [score for _, score in question.labels["known"]]
        return f"{fmean(scores):.2f}" if scores else otherwise(question, rng)

    return baseline


def _by_history(otherwise: Baseline) -> Baseline:
    """The sign of the mean score of the replies that are shown; where none is, by words."""

    def baseline(question: Question, rng: random.Random) -> str:
        scores = [score for _, score in question.labels["known"]]
        if not scores or not sum(scores):
            return otherwise(question, rng)
        return SIGNS[sum(scores) < 0]

    return baseline


def _by_words(targets: Sequence[Target]) -> Baseline:
    """By the words of the reply: are they liked in other authors' comments? Chance where neither.

    Each word counts as the share of positive comments that have it, with one of each added.
    """
    liked: Counter[tuple[str, str]] = Counter()
    seen: Counter[tuple[str, str]] = Counter()
    total: Counter[str] = Counter()
    total_liked: Counter[str] = Counter()
    for one in {id(target.thread): target.thread for target in targets}.values():
        for comment in one.comments:
            for word in set(content_stems(comment.body)) if comment.score is not None else ():
                is_liked = (comment.score or 0) > 0
                seen[word, comment.author] += 1
                total[word] += 1
                liked[word, comment.author] += is_liked
                total_liked[word] += is_liked

    def baseline(question: Question, rng: random.Random) -> str:
        author, value = question.labels["author"], 0.0
        for word in set(content_stems(question.labels["reply"])):
            count = total[word] - seen[word, author]
            good = total_liked[word] - liked[word, author]
            value += (good + 1) / (count + 2) - 0.5
        return SIGNS[value < 0] if value else rng.choice(SIGNS)

    return baseline
