"""What the checks of methods share: many replies at once, whole conversations, a paired test."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from personae.benchmarks.types import Baseline, Question
from personae.data import Scene
from personae.speaker import Reply, Speaker

# The embedded engine has two slots; more workers would only wait.
WORKERS = 2
_ROUNDS = 20_000
_STOPWORD_TEXT = """
    a about after again ago all also always am an and another any anybody anyone anything
    are as at away back be because been before being below between both but by can come
    could day did do does doing done down each either else even ever every everybody
    everyone everything far few first for found from get gets give go goes going gone good
    got great had has have having he her here hers him his how i if in into is it its just
    keep know last left less let like little long look lot made make many may me might mine
    more most much must my name near never new next no nobody none nor not nothing now of
    off oh often old on once one only or other our out over own people perhaps place put
    quite really right said same say see seen she should since so some somebody someone
    something soon still such take tell than that the their them then there these they thing
    things think this those though through time to today together too two under until up
    upon us use used very want was way we well went were what when where which while who
    whole why will with within without work would yes yet you your
"""
_STOPWORDS = frozenset(_STOPWORD_TEXT.split())

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


def share_right(
    questions: Sequence[Question], baseline: Baseline, seed: int, rounds: int = 1
) -> float:
    """How often a baseline of a benchmark answers what is right; chance goes on over the rounds."""
    rng = random.Random(seed)
    hits = [baseline(one, rng) == one.reference for _ in range(rounds) for one in questions]
    return sum(hits) / len(hits)


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


def mcnemar(better: Sequence[bool], base: Sequence[bool]) -> float:
    """Exact one-sided McNemar test: how likely so many wins among the turns that differ."""
    wins = sum(a and not b for a, b in zip(better, base, strict=True))
    losses = sum(b and not a for a, b in zip(better, base, strict=True))
    total = wins + losses
    as_many: int = sum(math.comb(total, n) for n in range(wins, total + 1))
    return float(as_many / 2**total)


def content_stems(text: str) -> set[str]:
    """The stems of the words that say something: no stopwords, none of fewer than three letters."""
    words = (word.removesuffix("'s") for word in re.findall(r"[^\W\d_]+(?:'s)?", text.lower()))
    return {stem(word) for word in words if len(word) > 2 and word not in _STOPWORDS}


def stem(word: str) -> str:
    """A word without its commonest English endings; rough, but the same for all conditions."""
    for ending, instead in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending) + instead
            break
    return word.removesuffix("e") if len(word) > 3 else word
