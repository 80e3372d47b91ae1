"""Which habit a message is about, and which of its facts: retrieval in two levels (S005)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Literal

from personae.encoders.kept import ByFingerprint, by_fingerprint, kept_vectors
from personae.encoders.types import Embedder, Nli
from personae.text.habits import Habit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

By = Literal["text", "event", "fact"]
ENTAILED = 0.5  # of a habit's statement by one of the persona's: the habit is the persona's too
LIKELY = 0.3  # cosine below which the inference model is not asked


@dataclass(frozen=True, slots=True)
class Found:
    """The habit a message is about, its cosine, and its nearest facts, the nearest first."""

    habit: Habit
    score: float
    facts: tuple[str, ...]
    scores: tuple[float, ...]

    @property
    def told(self) -> tuple[str, ...]:
        """What goes into a prompt: the header, then the facts."""
        return (self.habit.event, *self.facts)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of the habits: of the whole texts, the headers, and each one's facts."""

    texts: NDArray[np.float32]
    events: NDArray[np.float32]
    facts: tuple[NDArray[np.float32], ...]

    def scores(self, query: NDArray[np.float32], by: By) -> list[float]:
        """How near each habit is to a message."""
        if by == "fact":
            return [float((rows @ query).max()) for rows in self.facts]
        return [float(one) for one in (self.texts if by == "text" else self.events) @ query]


def vectors_of(habits: Sequence[Habit], embedder: Embedder) -> Vectors:
    """Their vectors, kept by embedder and texts."""
    rows = kept_vectors(embedder, tuple(fact for habit in habits for fact in habit.facts))
    ends = list(accumulate((len(habit.facts) for habit in habits), initial=0))
    return Vectors(
        kept_vectors(embedder, tuple(habit.text for habit in habits)),
        kept_vectors(embedder, tuple(habit.event for habit in habits)),
        tuple(rows[start:end] for start, end in pairwise(ends)),
    )


def owned_by(
    habits: Sequence[Habit], statements: Sequence[str], embedder: Embedder, nli: Nli
) -> tuple[int, ...]:
    """Places of the habits of a persona: those without a source, and those it has a reason for.

    That is a statement which is the habit's source, or entails it. The last 64 answers are kept.
    """
    models = by_fingerprint(embedder), by_fingerprint(nli)
    return _owned(tuple(one.source for one in habits), tuple(statements), *models)


@lru_cache(maxsize=64)
def _owned(
    sources: tuple[str, ...], statements: tuple[str, ...], embedder: ByFingerprint,
    nli: ByFingerprint,
) -> tuple[int, ...]:  # fmt: skip
    own = {_plain(one) for one in statements}
    known = {at for at, one in enumerate(sources) if _plain(one) in {"", *own}}
    others = [at for at in range(len(sources)) if at not in known]
    if not others or not statements:
        return tuple(sorted(known))
    near = embedder.model.embed([sources[at] for at in others])
    near = near @ embedder.model.embed(statements).T
    pairs = [
        (at, (statements[column], sources[at]))
        for row, at in enumerate(others)
        for column in range(len(statements))
        if near[row, column] >= LIKELY
    ]
    entailed = nli.model.classify([pair for _, pair in pairs])[:, 0].tolist() if pairs else []
    known |= {at for (at, _), odds in zip(pairs, entailed, strict=True) if odds >= ENTAILED}
    return tuple(sorted(known))


def _plain(statement: str) -> str:
    return statement.lower().strip(" .")


def found_habit(
    habits: Sequence[Habit], query: str, embedder: Embedder, *,
    number: int = 5, by: By = "text", among: Sequence[int] | None = None,
) -> Found | None:  # fmt: skip
    """The habit nearest to a message, with its `number` nearest facts; None where there is none.

    Compared is the whole text of a habit (as published), its header, or its nearest fact. `among`
    are the places of the habits that may be taken.
    """
    open_ = range(len(habits)) if among is None else among
    if not open_ or not query.strip():
        return None
    vectors, [asked] = vectors_of(habits, embedder), embedder.embed([query])
    scores = vectors.scores(asked, by)
    best = max(open_, key=lambda at: (scores[at], -at))
    habit, near = habits[best], (vectors.facts[best] @ asked).tolist()
    order = sorted(range(len(near)), key=lambda at: (-near[at], at))[:number]
    return Found(
        habit, scores[best], tuple(habit.facts[at] for at in order), tuple(near[at] for at in order)
    )
