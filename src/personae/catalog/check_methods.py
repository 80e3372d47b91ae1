"""What the checks of methods share: many replies at once, whole conversations, a paired test."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from personae.data import Scene
from personae.speaker import Reply, Speaker

# The embedded engine has two slots; more workers would only wait.
WORKERS = 2
_ROUNDS = 20_000

In = TypeVar("In")
Out = TypeVar("Out")


def in_parallel(work: Callable[[In], Out], items: Sequence[In]) -> list[Out]:
    """`work` done on all items, as many at a time as the embedded engine has slots, in order."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


def replies_to(speaker: Speaker, scenes: Sequence[Scene], seed: int = 0) -> list[Reply]:
    """One reply to each scene; the seed of a reply depends on its position."""
    numbered = list(enumerate(scenes, start=seed))
    return in_parallel(lambda item: speaker.reply(item[1], seed=item[0]), numbered)


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean, 0 of nothing."""
    return sum(values) / len(values) if values else 0.0


def paired_p(differences: Sequence[float], seed: int = 0) -> float:
    """How often random signs give differences with a mean as large: a one-sided paired test.

    The sign-flip permutation test of the hypothesis that the mean is 0 or less, by 20,000 draws.
    """
    observed = sum(differences)
    rng = random.Random(seed)
    sizes = [abs(value) for value in differences if value]
    as_large = sum(
        sum(size if rng.random() < 0.5 else -size for size in sizes) >= observed - 1e-12
        for _ in range(_ROUNDS)
    )
    return (as_large + 1) / (_ROUNDS + 1)
