"""S070: what a user once wrote decides between equally relevant knowledge; the loop helps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.catalog.check_methods import mean
from personae.encoders.personal_memory import Selectors, select
from personae.recipes.personal_memory import Posts, taught

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TYPES, SUBJECTS, FACETS, DIMENSIONS = 6, 5, 4, 24
NOISE = 0.9
TURNS, LABELLED, SEEDS = 1_000, 100, 5
TIED = (0.10, 0.24)  # around 1/6
WITH_MEMORY = 0.8
LAYOUT_SEED = 99  # of the vectors that subjects and types have


def check(context: CheckContext) -> list[str]:
    """R@1 blind, with memory, and with the dual loop on a tenth of the labels, over five seeds."""
    rows = [measured(context.seed + at) for at in range(SEEDS)]
    blind, full, few, alone, dual, highest = ([row[at] for row in rows] for at in range(6))
    line = (
        f"R@1 of knowledge, mean of {SEEDS} seeds: without memory {mean(blind):.3f}, with memory "
        f"{mean(full):.3f}; of a tenth of the labels {mean(few):.3f}, then learning from its own "
        f"draws {mean(alone):.3f}, with the dual loop's rewards {mean(dual):.3f}"
    )
    expect(TIED[0] < mean(blind) < TIED[1], f"{line}; blind was to be 1/6.")
    expect(mean(full) >= WITH_MEMORY, f"{line}; with memory it is too low.")
    expect(mean(dual) > max(mean(few), mean(alone)), f"{line}; the loop does not help.")
    expect(all(0 <= one <= 1 for one in highest), "A reward is no probability.")
    return [line, two_users(context)]


def measured(seed: int) -> tuple[float, ...]:
    """Blind, all labels, a tenth, that with both loops, and the highest mean reward."""
    import numpy as np

    known, unseen = world(TURNS, seed), world(TURNS, 1_000 + seed)
    labelled = known.at(np.arange(LABELLED))
    rest = known.at(np.arange(LABELLED, TURNS))
    full = taught(known, rest, loop="none", seed=seed)[0]
    few = taught(labelled, rest, loop="none", seed=seed)[0]
    alone = taught(labelled, rest, loop="self", seed=seed)[0]
    dual, rewards = taught(labelled, rest, loop="dual", seed=seed)
    blind = first(full.blind(unseen.context, unseen.knowledge), unseen)
    return blind, *(recall(one, unseen) for one in (full, few, alone, dual)), max(rewards)


def recall(selectors: Selectors, posts: Posts) -> float:
    """How often the right knowledge comes first."""
    return first(selectors.mixed(posts.context, posts.memory, posts.knowledge), posts)


def first(shares: NDArray[np.float64], posts: Posts) -> float:
    """How often the right one has the largest share."""
    return float((shares.argmax(axis=1) == posts.chosen).mean())


def world(number: int, seed: int) -> Posts:
    """Turns about a subject: the user has a post about it, which tells the type of interest.

    Of the knowledge six pieces are of the subject, one a type, and six of others; right is that of
    subject and type.
    """
    import numpy as np

    layout, rng = np.random.default_rng(LAYOUT_SEED), np.random.default_rng(seed)
    size = np.sqrt(DIMENSIONS)
    subjects, types, kinds = (
        layout.normal(size=(count, DIMENSIONS)) / size for count in (SUBJECTS, TYPES, TYPES)
    )

    def blurred(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(vectors + rng.normal(size=vectors.shape) * NOISE / size)

    rows = []
    for _ in range(number):
        subject = rng.integers(SUBJECTS)
        others = rng.permutation([one for one in range(SUBJECTS) if one != subject])
        told = rng.permutation([subject, *others[: FACETS - 1]])
        interests = rng.integers(TYPES, size=FACETS)
        facet = int(np.flatnonzero(told == subject)[0])
        about = np.concatenate([np.full(TYPES, subject), rng.choice(others, TYPES)])
        kind = np.concatenate([np.arange(TYPES), rng.integers(TYPES, size=TYPES)])
        order = rng.permutation(2 * TYPES)
        right = int(np.flatnonzero(order == interests[facet])[0])
        rows.append((
            blurred(subjects[subject]), blurred(subjects[told] + types[interests]),
            blurred(subjects[about[order]] + kinds[kind[order]]), facet, right,
        ))  # fmt: skip
    return Posts(*(np.array(column) for column in zip(*rows, strict=True)))


def two_users(context: CheckContext) -> str:
    """Raise CheckFailed unless two users hear of what each cares for, of real texts."""
    question = "What is there to see in the old harbour?"
    knowledge = ["The harbour has a hall of steam engines and cranes.",
                 "The harbour has a reading room with old sea novels."]  # fmt: skip
    users = (["I repair machines and engines."], ["I read novels every evening."])
    found = [select(question, knowledge, memory, context.embedder()) for memory in users]
    expect([one.knowledge for one in found] == [0, 1], "Two users hear the same.")
    expect(all(abs(sum(one.shares) - 1) < 0.01 for one in found), "These are no probabilities.")
    shown = ", ".join(f"{max(one.shares):.2f}" for one in found)
    return f"two users hear of different things on the same question, with chances of {shown}"
