"""Texts that have one label each, with their states, and what is said of heads that judge them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import attention
import figures
import numpy as np
from numpy.typing import NDArray
from states import States, states_of

from personae.encoders.heads import softmax

Array = NDArray[Any]
LAYERS = (2, 4, 6)  # whose states all the judges read
LISTED = 12


@dataclass(frozen=True)
class Part:
    """Texts, the number of each one's label, and states."""

    texts: list[str]
    gold: Array
    states: States

    def scores(self, layers: attention.Layers) -> Array:
        return attention.scores(self.states, range(len(self.texts)), layers)

    def chances(self, layers: attention.Layers) -> Array:
        """(texts, labels), which add up to 1."""
        return softmax(self.scores(layers))


def part_of(texts: list[str], gold: Sequence[int], work: Path) -> Part:
    """The texts with their states, which the folder `work` keeps."""
    return Part(texts, np.array(gold), states_of(texts, LAYERS, work / "states"))


def least_loss(
    plans: Mapping[str, attention.Plan], scored: Callable[[attention.Plan], Array], gold: Array, *,
    is_one: bool,
) -> tuple[str, dict[str, float]]:  # fmt: skip
    """The plan whose scores have the least log-loss, and the log-loss of each."""
    found = {}
    for name, plan in plans.items():
        found[name] = figures.rounded(attention.loss(scored(plan), gold, is_one))
        print(name, found[name], file=sys.stderr, flush=True)
    return min(found, key=found.__getitem__), found


def compared(
    table: Mapping[str, Array], gold: Array, names: Sequence[str], kept: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Figures of the judge, and of everything beside it those that are `kept`."""
    report = {who: figures.of_one(each, gold, names) for who, each in table.items()}
    return {
        who: told if who == "judge" else {key: told[key] for key in kept}
        for who, told in report.items()
    }


def mistakes(one: Part, chances: Array, names: Sequence[str]) -> list[str]:
    """The texts that a judge is surest of and wrong about."""
    guessed = chances.argmax(axis=1)
    wrong = np.flatnonzero(guessed != one.gold)
    worst = wrong[np.argsort(-chances[wrong].max(axis=1))][:LISTED]
    return [
        f"{chances[at].max():.3f} {names[guessed[at]]}, not {names[one.gold[at]]}: "
        f"{one.texts[at][:110]}"
        for at in worst
    ]
