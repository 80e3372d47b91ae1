"""Teach the reranker of a role: replies in bounds first, those out of bounds as hard negatives.

Each reply in bounds, to a message that has replies of both sides, is the right one of a list of
20. The wrong ones are all that is out of bounds of the same message (hard negatives), replies in
bounds to other messages, and others out of bounds. What the classifier says of the replies that are
learned from comes from heads that did not see their dialogue.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from personae.encoders.heads import softmax
from personae.encoders.role_selection import Mix, log_in_bounds, mixed
from personae.encoders.selection import Selector
from personae.formats.role_turns import LabelledTurn
from personae.recipes.descent import adam

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Score = Callable[["Floats"], "Floats"]

NEGATIVES = 19
OTHERS_IN_BOUNDS = 10  # at most, of the negatives of a hard list
LEARNED_DRAWS, MEASURED_DRAWS = 3, 5  # lists for each reply in bounds
_STEPS, _RATE, _PENALTY = 200, 0.05, 0.01
_SHUT_OUT = 100.0  # what the baseline takes from a reply that the classifier refuses


@dataclass(frozen=True, slots=True)
class Pool:
    """Labelled turns that answer something, with the vectors of both and the chance of `out`."""

    turns: tuple[LabelledTurn, ...]
    wanted: Floats  # of each turn's message, through the selection head
    heard: Floats
    replies: Floats
    out: Floats

    def features(self, at: int, candidates: Sequence[int]) -> Floats:
        """(candidates, 3): selection, cosine and log-chance, after the message of turn `at`."""
        import numpy as np

        some = list(candidates)
        replies = self.replies[some]
        columns = (
            replies @ self.wanted[at],
            replies @ self.heard[at],
            log_in_bounds(self.out[some]),
        )
        return np.stack(columns, axis=1)


def pool_of(turns: Sequence[LabelledTurn], out: Floats, selector: Selector) -> Pool:
    """The turns that answer something; `out` has the classifier's word on each of `turns`."""
    import numpy as np

    kept = [at for at, turn in enumerate(turns) if turn.heard]
    some = tuple(turns[at] for at in kept)
    heard = selector.embedder.embed([turn.heard for turn in some]).astype(np.float64)
    replies = selector.embedder.embed([turn.reply for turn in some]).astype(np.float64)
    return Pool(some, selector.head.apply(heard), heard, replies, out[kept])


def lists_of(pool: Pool, seed: int, draws: int, *, hard: bool) -> Floats:
    """(lists, 20, 3): the features of lists, the right reply first; none of too few turns.

    Without `hard` all wrong ones are in bounds and answer another message.
    """
    import numpy as np

    rng = random.Random(seed)
    found = [
        pool.features(at, [at, *wrong])
        for at in right_ones(pool)
        for _ in range(draws)
        if len(wrong := _wrong(pool, at, rng, hard=hard)) == NEGATIVES
    ]
    return np.stack(found) if found else np.zeros((0, NEGATIVES + 1, 3))


def right_ones(pool: Pool) -> list[int]:
    """The replies in bounds to messages that have replies of both sides."""
    sides = defaultdict(set)
    for turn in pool.turns:
        sides[turn.before].add(turn.is_out)
    return [
        at for at, turn in enumerate(pool.turns) if not turn.is_out and len(sides[turn.before]) == 2
    ]


def _wrong(pool: Pool, at: int, rng: random.Random, *, hard: bool) -> list[int]:
    before = pool.turns[at].before
    others = [n for n, turn in enumerate(pool.turns) if turn.before != before]
    good = [n for n in others if not pool.turns[n].is_out]
    if not hard:
        return _drawn(rng, good, NEGATIVES)
    own = [n for n, turn in enumerate(pool.turns) if turn.before == before and turn.is_out]
    own = own[:NEGATIVES]
    some = _drawn(rng, good, min(OTHERS_IN_BOUNDS, NEGATIVES - len(own)))
    bad = [n for n in others if pool.turns[n].is_out]
    return [*own, *some, *_drawn(rng, bad, NEGATIVES - len(own) - len(some))]


def _drawn(rng: random.Random, some: Sequence[int], count: int) -> list[int]:
    """As many as asked for, each once where there are enough; none where there is nothing."""
    if len(some) >= count:
        return rng.sample(some, count)
    return rng.choices(some, k=count) if some else []


def taught(lists: Floats) -> Mix | None:
    """The mix that puts the right reply first most surely (a conditional logit).

    None where nothing can be learned: no lists, or replies that fit are no likelier to be right.
    """
    import numpy as np

    if not len(lists):
        return None
    spread = lists.reshape(-1, lists.shape[-1]).std(axis=0)
    scaled = lists / np.maximum(spread, 1e-9)

    def slope(weights: Sequence[Any], _: int) -> list[Any]:
        chances = softmax(scaled @ weights[0])
        chances[:, 0] -= 1
        return [np.einsum("lc,lcf->f", chances, scaled) / len(scaled) + _PENALTY * weights[0]]

    (weights,) = adam([np.zeros(lists.shape[-1])], slope, _STEPS, rate=_RATE)
    selection, cosine, kept = (weights / np.maximum(spread, 1e-9)).tolist()
    fits = selection + cosine
    # Below zero a reply that follows would be the worse one, and the scale would turn over.
    return Mix(selection / fits, cosine / fits, kept / fits) if fits > 0 and kept > 0 else None


def measured_selection(pool: Pool, mix: Mix, threshold: float, seed: int) -> dict[str, Any]:
    """The trained mix and the untrained score, each also behind the classifier, on the same lists.

    Behind the classifier is how they are used: what it refuses cannot come first.
    """
    limit = log_in_bounds(_array(threshold))

    def behind(score: Score) -> Score:
        return lambda x: score(x) - _SHUT_OUT * (x[..., 2] <= limit)

    def untrained(x: Floats) -> Floats:
        return x[..., 0]

    def trained(x: Floats) -> Floats:
        return mixed(mix, x[..., 0], x[..., 1], x[..., 2])

    arms = {
        "untrained": untrained,
        "trained": trained,
        "untrained, behind the classifier": behind(untrained),
        "trained, behind the classifier": behind(trained),
    }
    lists = {
        "hits@1/20 among hard negatives": lists_of(pool, seed, MEASURED_DRAWS, hard=True),
        "hits@1/20 in bounds": lists_of(pool, seed, MEASURED_DRAWS, hard=False),
    }
    found: dict[str, Any] = {"replies": len(right_ones(pool))}
    for name, score in arms.items():
        found[name] = {kind: _hits(score(some)) for kind, some in lists.items()}
        found[name]["out of bounds first of all"] = _out_first(pool, score)
    return found


def _hits(scores: Floats) -> float:
    return (
        round(float((scores[:, 0] > scores[:, 1:].max(axis=1)).mean()), 3) if len(scores) else 0.0
    )


def _out_first(pool: Pool, score: Score) -> float:
    """How often the best of all replies of the part is out of bounds, over its messages."""
    firsts = {pool.turns[at].before: at for at in reversed(right_ones(pool))}
    everything = range(len(pool.turns))
    out = [
        pool.turns[int(score(pool.features(at, everything)).argmax())].is_out
        for at in firsts.values()
    ]
    return round(sum(out) / max(1, len(out)), 3)


def _array(value: float) -> Floats:
    import numpy as np

    return np.array(value, dtype=np.float64)
