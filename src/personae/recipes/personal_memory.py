"""Let a selector of knowledge and one of memory facets teach each other (S070).

Few turns have labels. On the others a facet is drawn by the context, knowledge by both, and the
inverse model's chance of coming back to that facet is the reward (REINFORCE); likewise the way
back. Rewards are probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

from personae.encoders.personal_memory import Selectors
from personae.errors import InvalidOption
from personae.recipes.descent import adam

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.int64]

Loop = Literal["none", "self", "dual"]
NAMES = tuple(one.name for one in fields(Selectors))
SUPERVISED_RATE, LOOP_RATE = 0.02, 0.02


@dataclass(frozen=True, slots=True)
class Posts:
    """Turns as vectors: context (rows, d), memory (rows, facets, d), knowledge (rows, n, d).

    `facet` and `chosen` are the right positions; only labelled turns need right ones.
    """

    context: Array
    memory: Array
    knowledge: Array
    facet: Places
    chosen: Places

    def at(self, places: Places) -> Posts:
        """Those turns."""
        return Posts(*(getattr(self, one.name)[places] for one in fields(self)))


def taught(
    labelled: Posts,
    unlabelled: Posts,
    *,
    loop: Loop = "dual",
    steps: int = 200,
    loop_steps: int = 200,
    batch: int = 200,
    decay: float = 1.0,
    seed: int = 0,
) -> tuple[Selectors, list[float]]:
    """Selectors learnt from labels, then by the loop over turns without; and the mean rewards.

    `loop` is `dual`, `none`, or `self`, which learns from the same draws without rewards: the
    baseline that tells what the rewards do. Raises InvalidOption without labelled turns.
    """
    import numpy as np

    if not len(labelled.context):
        raise InvalidOption("Without a labelled turn nothing can be learnt.")
    size = labelled.context.shape[1]
    ones = np.ones(len(labelled.context))

    def supervised(now: Sequence[Array], step: int) -> list[Array]:
        return _gradient(Selectors(*now), labelled, ones, ones, ones)

    start = [np.zeros((size, size))] * len(NAMES)
    learnt = adam(start, supervised, steps, rate=SUPERVISED_RATE, decay=decay)
    if loop == "none" or not len(unlabelled.context):
        return Selectors(*learnt), []
    rng = np.random.default_rng(seed)
    rewards = list[float]()

    def looped(now: Sequence[Array], step: int) -> list[Array]:
        drawn = rng.choice(len(unlabelled.context), min(batch, len(unlabelled.context)), False)
        more, reward = _loop(Selectors(*now), unlabelled.at(drawn), rng, is_rewarded=loop == "dual")
        rewards.append(reward)
        pulls = [supervised(now, step), *more]
        return [np.sum(one, axis=0) for one in zip(*pulls, strict=True)]

    learnt = adam(learnt, looped, loop_steps, rate=LOOP_RATE, decay=decay)
    return Selectors(*learnt), rewards


def _loop(
    now: Selectors, posts: Posts, rng: np.random.Generator, *, is_rewarded: bool
) -> tuple[list[list[Array]], float]:
    """The gradients of both directions on turns without labels, and the forward mean reward."""
    import numpy as np

    rows = np.arange(len(posts.context))
    nothing = np.zeros(len(rows))
    facet = _drawn(now.facets(posts.context, posts.memory), rng)
    shares = now.knowledge(posts.context, posts.memory[rows, facet], posts.knowledge)
    chosen = _drawn(shares, rng)
    behind = now.facets_behind(posts.context, posts.knowledge[rows, chosen], posts.memory)
    reward = behind[rows, facet] if is_rewarded else np.ones(len(rows))
    back = _drawn(behind, rng) if is_rewarded else facet
    again = now.knowledge(posts.context, posts.memory[rows, back], posts.knowledge)
    back_reward = again[rows, chosen] if is_rewarded else np.ones(len(rows))
    forward = Posts(posts.context, posts.memory, posts.knowledge, facet, chosen)
    backward = Posts(posts.context, posts.memory, posts.knowledge, back, chosen)
    return [
        _gradient(now, forward, nothing, reward, nothing),
        _gradient(now, backward, nothing, nothing, back_reward),
    ], float(reward.mean())


def _gradient(
    now: Selectors, posts: Posts, of_facet: Array, of_knowledge: Array, of_back: Array
) -> list[Array]:
    """Of the mean of weighted -log p of the posts' facets, knowledge, and facets behind it.

    In the order of the selectors' matrices.
    """
    import numpy as np

    rows = np.arange(len(posts.context))
    facet, known = posts.memory[rows, posts.facet], posts.knowledge[rows, posts.chosen]
    errors = [
        (shares - np.eye(shares.shape[1])[right]) * weight[:, None] / len(rows)
        for shares, right, weight in (
            (now.facets(posts.context, posts.memory), posts.facet, of_facet),
            (now.knowledge(posts.context, facet, posts.knowledge), posts.chosen, of_knowledge),
            (now.facets_behind(posts.context, known, posts.memory), posts.facet, of_back),
        )
    ]
    of_memory, of_known, behind = (
        np.einsum("nk,nke->ne", error, held)
        for error, held in zip(errors, (posts.memory, posts.knowledge, posts.memory), strict=True)
    )
    return [
        posts.context.T @ of_memory, posts.context.T @ of_known, facet.T @ of_known,
        posts.context.T @ behind, known.T @ behind,
    ]  # fmt: skip


def _drawn(shares: Array, rng: np.random.Generator) -> Places:
    import numpy as np

    found = (shares.cumsum(axis=1) > rng.random((len(shares), 1))).argmax(axis=1)
    return np.asarray(found, dtype=np.int64)
