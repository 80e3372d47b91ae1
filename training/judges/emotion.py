"""Train and measure the emotion judge.

    python training/judges/emotion.py DATA WORK [--out FOLDER]

Trained on GoEmotions (Reddit comments, 28 labels, CC BY 4.0); six groups and neutral are labels of
the same head. They are narrower than those of GoEmotions' paper, in which curiosity is a surprise
and approval a joy, so that nearly all talk were emotional. Its own dev part chooses the plan and
the thresholds; its test part, a series (MELD) and everyday dialogues (DailyDialog) measure.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import attention
import figures
import numpy as np
import sources
from numpy.typing import NDArray
from parts import LAYERS, LISTED, compared, least_loss
from sources import PAPER, Said
from states import States, states_of
from writing import write_judge

from personae.encoders.emotion import EMOTIONS, FINE, GROUPS, MEMBERS, NEUTRAL
from personae.encoders.heads import sigmoid

Array = NDArray[Any]
NAME = "personae-emotion-minilm"
BASIC = attention.Plan(epochs=6, decay=0.1)
PLANS = {
    "attention": BASIC,
    "attention, more decay": replace(BASIC, decay=0.5),
    "mean": replace(BASIC, attends=False),
}
TENTH = 10
FROM_DAILY = {"no_emotion": "neutral", "happiness": "joy"}


@dataclass(frozen=True)
class Part:
    """Texts with their labels and states."""

    said: list[Said]
    states: States

    @property
    def gold(self) -> Array:
        """(texts, labels): which of the 28, and which groups."""
        return gold_of(self.said)

    @property
    def one_of_seven(self) -> Array:
        """The only label of each text, as the number of a group."""
        return np.array([GROUPS.index(one.labels[0]) for one in self.said])

    def scores(self, layers: attention.Layers) -> Array:
        return attention.scores(self.states, range(len(self.said)), layers)


def main() -> None:
    """Choose a plan, train, write, and print the figures of the card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    parts = {
        name: part_of(said, options.work / "states") for name, said in read(options.data).items()
    }
    plan, plans = chosen(parts["train"], parts["dev"])
    report: dict[str, Any] = {"plans, a tenth of the data": plans}
    layers = trained(parts["train"], plan, 1)
    scale = attention.temperature(parts["dev"].scores(layers), parts["dev"].gold, False)
    layers = attention.calibrated(layers, scale)
    chances = sigmoid(parts["dev"].scores(layers))
    thresholds = figures.thresholds_of(chances, parts["dev"].gold)
    report["scale"] = scale
    if options.out:
        report["bytes"] = write_judge(
            options.out, NAME, layers, EMOTIONS, LAYERS, is_one=False, thresholds=thresholds
        )
    report |= measured(parts, layers, thresholds, options.work)
    print(figures.shown(report))


def part_of(said: list[Said], kept: Path) -> Part:
    """The texts with their states."""
    return Part(said, states_of([one.text for one in said], LAYERS, kept))


def read(data: Path) -> dict[str, list[Said]]:
    """All that is trained on or measured with."""
    found = {part: sources.goemotions(data, part) for part in ("train", "dev", "test")}
    daily = [turn for dialogue in sources.daily_dialogues(data, "test") for turn in dialogue]
    named = [Said(one.text, (FROM_DAILY.get(one.labels[0], one.labels[0]),)) for one in daily]
    return {**found, "MELD": sources.meld(data), "DailyDialog": named}


def gold_of(said: Sequence[Said]) -> Array:
    """(texts, labels): which of the 28, and which groups; neutral is what has no other."""
    fine = np.array([[name in one.labels for name in FINE] for one in said])
    members = [[FINE.index(name) for name in MEMBERS[group]] for group in GROUPS[:-1]]
    groups = np.stack([fine[:, own].any(axis=1) for own in members], axis=1)
    return np.hstack([fine, groups, ~groups.any(axis=1, keepdims=True)])


def trained(part: Part, plan: attention.Plan, step: int) -> attention.Layers:
    """The head, trained on every `step`th text."""
    rows = list(range(0, len(part.said), step))
    gold = part.gold[rows].astype(np.float64)
    return attention.fit(part.states, rows, gold, np.ones(len(rows)), plan)


def chosen(train: Part, dev: Part) -> tuple[attention.Plan, dict[str, Any]]:
    """The plan with the least log-loss on the dev part."""
    best, found = least_loss(
        PLANS, lambda plan: dev.scores(trained(train, plan, TENTH)), dev.gold, is_one=False
    )
    return PLANS[best], {"log-loss": found, "chosen": best}


def measured(
    parts: dict[str, Part], layers: attention.Layers, thresholds: Sequence[float], work: Path
) -> dict[str, Any]:
    """The judge and its baselines on GoEmotions' test part and on the two foreign sets."""
    dev, test = parts["dev"], parts["test"]
    found = {"judge": (sigmoid(dev.scores(layers)), sigmoid(test.scores(layers)))}
    vectors = baselines(parts["train"], work)
    for name, centres in vectors.items():
        found[name] = tuple(figures.cosines(part.states.vectors(), centres) for part in (dev, test))
    found["always neutral"] = tuple(neutral(part) for part in (dev, test))
    report: dict[str, Any] = {}
    some = {"28 labels": slice(0, len(FINE)), "7 groups": slice(len(FINE), None)}
    for title, columns in some.items():
        names = EMOTIONS[columns]
        report[f"GoEmotions test, {title}"] = {
            name: figures_of(
                each[0][:, columns], dev.gold[:, columns], each[1][:, columns],
                test.gold[:, columns], names, list(thresholds[columns]) if name == "judge" else [],
            )
            for name, each in found.items()
        }  # fmt: skip
    report["GoEmotions test, groups of its paper"] = {
        name: figures_of(
            by_paper(each[0]), by_paper(dev.gold) > 0.5, by_paper(each[1]),
            by_paper(test.gold) > 0.5, tuple(PAPER), [],
        )
        for name, each in found.items()
        if name in ("judge", "always neutral")
    }  # fmt: skip
    for name in ("MELD", "DailyDialog"):
        report[name] = foreign(parts[name], layers, vectors)
    report["surest mistakes"] = mistakes(test, found["judge"][1])
    return report


def neutral(part: Part) -> Array:
    """Sure of neutral, and of nothing else."""
    found = np.zeros(part.gold.shape)
    found[:, [EMOTIONS.index(NEUTRAL), len(FINE) + GROUPS.index(NEUTRAL)]] = 1
    return found


def by_paper(chances: Array) -> Array:
    """The chance of each group of GoEmotions' paper: that of any of its emotions."""
    columns = [[FINE.index(name) for name in PAPER[group]] for group in PAPER]
    return np.stack([1 - np.prod(1 - chances[:, own], axis=1) for own in columns], axis=1)


def figures_of(
    tuned: Array, right: Array, found: Array, gold: Array, names: Sequence[str],
    thresholds: list[float],
) -> dict[str, Any]:  # fmt: skip
    """At the given thresholds, or the best on the dev part; only the judge's are chances."""
    is_judge = bool(thresholds)
    thresholds = thresholds or [
        figures.best_of_grid(tuned[:, at], right[:, at]) for at in range(len(names))
    ]
    report = figures.of_any(found, gold, names, thresholds)
    if not is_judge:
        del report["ece"], report["f1"]
    return report


def baselines(train: Part, work: Path) -> dict[str, Array]:
    """A vector for each label: that of its name, and the mean of its texts' vectors."""
    return {
        "label words": states_of(EMOTION_WORDS, LAYERS, work / "states").vectors(),
        "nearest centroid": figures.centroids(train.states.vectors(), train.gold),
    }


EMOTION_WORDS = [name.removeprefix("group-") for name in EMOTIONS]


def foreign(part: Part, layers: attention.Layers, vectors: dict[str, Array]) -> dict[str, Any]:
    """Where each text has one of seven emotions: the likeliest group counts."""
    gold = part.one_of_seven
    found = {"judge": sigmoid(part.scores(layers))[:, len(FINE) :]}
    for name, centres in vectors.items():
        found[name] = figures.cosines(part.states.vectors(), centres)[:, len(FINE) :]
    found["majority"] = figures.majority(gold, len(GROUPS), len(gold))
    return compared(found, gold, GROUPS, KEPT)


KEPT = ("texts", "accuracy", "macro_f1", "balanced_accuracy")


def mistakes(part: Part, chances: Array) -> list[str]:
    """The texts that it is surest of and wrong about, by groups."""
    groups = chances[:, len(FINE) :]
    gold = part.gold[:, len(FINE) :]
    guessed = groups.argmax(axis=1)
    wrong = np.flatnonzero(~gold[np.arange(len(gold)), guessed])
    worst = wrong[np.argsort(-groups[wrong].max(axis=1))][:LISTED]
    return [
        f"{groups[at].max():.3f} {GROUPS[guessed[at]]}, not {', '.join(part.said[at].labels)}: "
        f"{part.said[at].text[:100]}"
        for at in worst
    ]


if __name__ == "__main__":
    main()
