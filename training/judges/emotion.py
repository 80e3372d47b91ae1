"""Train and measure the emotion judge.

    python training/judges/emotion.py DATA WORK [--out FOLDER]

Trained on GoEmotions (Reddit comments, 28 labels, CC BY 4.0); the seven groups of Ekman are labels
of the same head. Its own dev part chooses the plan and the thresholds; its test part, lines of a
series (MELD) and everyday dialogues (DailyDialog) measure.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import attention
import figures
import numpy as np
import sources
from numpy.typing import NDArray
from sources import EKMAN, Said
from states import States, states_of
from writing import write_judge

from personae.encoders.emotion import EMOTIONS, FINE
from personae.encoders.heads import sigmoid

Array = NDArray[Any]
NAME = "personae-emotion-minilm"
LAYERS = (2, 4, 6)
BASIC = attention.Plan(epochs=6, decay=0.1)
PLANS = {
    "attention": BASIC,
    "attention, more decay": replace(BASIC, decay=0.5),
    "mean": replace(BASIC, attends=False),
}
FIFTH = 5
FROM_DAILY = {"no_emotion": "neutral", "happiness": "joy"}
LISTED = 12


@dataclass(frozen=True)
class Part:
    """Texts with their states and labels."""

    said: list[Said]
    states: States

    @property
    def gold(self) -> Array:
        """(texts, labels): which of the 28, and which groups."""
        fine = np.array([[name in one.labels for name in FINE] for one in self.said])
        groups = [[bool(set(one.labels) & set(EKMAN[group])) for group in EKMAN] for one in self.said]
        return np.hstack([fine, np.array(groups)])

    @property
    def one_of_seven(self) -> Array:
        """The only label of each text, as the number of a group."""
        names = list(EKMAN)
        return np.array([names.index(one.labels[0]) for one in self.said])

    def scores(self, layers: attention.Layers) -> Array:
        return attention.scores(self.states, range(len(self.said)), layers)

    def vectors(self) -> Array:
        """Mean states of the last layer: the embedding, but for its length."""
        return self.states.means(range(len(self.said)))[:, -384:]


def main() -> None:
    """Choose a plan, train, write, and print the figures of the card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    parts = {
        name: Part(said, states_of([one.text for one in said], LAYERS, options.work / "states"))
        for name, said in read(options.data).items()
    }
    plan, plans = chosen(parts["train"], parts["dev"])
    report: dict[str, Any] = {"plans, a fifth of the data": plans}
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


def read(data: Path) -> dict[str, list[Said]]:
    """All that is trained on or measured with."""
    found = {part: sources.goemotions(data, part) for part in ("train", "dev", "test")}
    daily = [turn for dialogue in sources.daily_dialogues(data, "test") for turn in dialogue]
    named = [Said(one.text, (FROM_DAILY.get(one.labels[0], one.labels[0]),)) for one in daily]
    return {**found, "MELD": sources.meld(data), "DailyDialog": named}


def trained(part: Part, plan: attention.Plan, step: int) -> attention.Layers:
    """The head, trained on every `step`th text."""
    rows = list(range(0, len(part.said), step))
    gold = part.gold[rows].astype(np.float64)
    return attention.fit(part.states, rows, gold, np.ones(len(rows)), plan)


def chosen(train: Part, dev: Part) -> tuple[attention.Plan, dict[str, Any]]:
    """The plan with the least log-loss on the dev part."""
    found = {}
    for name, plan in PLANS.items():
        scores = dev.scores(trained(train, plan, FIFTH))
        found[name] = figures.rounded(attention.loss(scores, dev.gold, False))
        print(name, found[name], file=sys.stderr, flush=True)
    best = min(PLANS, key=lambda name: found[name])
    return PLANS[best], {"log-loss": found, "chosen": best}


def measured(
    parts: dict[str, Part], layers: attention.Layers, thresholds: Sequence[float], work: Path
) -> dict[str, Any]:
    """The judge and its baselines on GoEmotions' test part and on the two foreign sets."""
    dev, test = parts["dev"], parts["test"]
    found = {"judge": sigmoid(test.scores(layers))}
    tuned = {"judge": list(thresholds)}
    vectors = baselines(parts["train"], work)
    for name, centres in vectors.items():
        tuned[name] = _cosine_thresholds(dev, centres)
        found[name] = figures.cosines(test.vectors(), centres)
    found["always neutral"] = np.zeros(test.gold.shape)
    found["always neutral"][:, EMOTIONS.index("neutral")] = 1
    found["always neutral"][:, len(FINE) + list(EKMAN).index("neutral")] = 1
    tuned["always neutral"] = [0.5] * len(EMOTIONS)
    report: dict[str, Any] = {}
    for title, some in (("28 labels", slice(0, len(FINE))), ("7 groups", slice(len(FINE), None))):
        report[f"GoEmotions test, {title}"] = {
            name: _any(found[name][:, some], test.gold[:, some], EMOTIONS[some], tuned[name][some],
                       name == "judge")
            for name in found
        }  # fmt: skip
    for name in ("MELD", "DailyDialog"):
        report[name] = foreign(parts[name], layers, vectors)
    report["surest mistakes"] = mistakes(test, found["judge"])
    return report


def baselines(train: Part, work: Path) -> dict[str, Array]:
    """A vector for each label: that of its name, and the mean of its texts' vectors."""
    named = states_of(EMOTION_WORDS, LAYERS, work / "states")
    units = train.vectors()
    units /= np.linalg.norm(units, axis=1, keepdims=True)
    means = train.gold.T.astype(float) @ units / train.gold.sum(axis=0)[:, None]
    return {
        "label words": named.means(range(len(EMOTION_WORDS)))[:, -384:],
        # Less the mean of all, or every centroid is about the same one.
        "nearest centroid": means - units.mean(axis=0),
    }


EMOTION_WORDS = [name.removeprefix("ekman-") for name in EMOTIONS]


def _cosine_thresholds(dev: Part, centres: Array) -> list[float]:
    """The best threshold for each label on the dev part; cosines may be below 0."""
    cosines = figures.cosines(dev.vectors(), centres)
    return [figures.best_of_grid(cosines[:, at], dev.gold[:, at]) for at in range(len(EMOTIONS))]


def _any(
    found: Array, gold: Array, names: Sequence[str], thresholds: Sequence[float], is_chance: bool
) -> dict[str, Any]:
    report = figures.of_any(found, gold, names, thresholds)
    if not is_chance:
        del report["ece"], report["f1"]
    return report


def foreign(part: Part, layers: attention.Layers, vectors: dict[str, Array]) -> dict[str, Any]:
    """Where each text has one of seven emotions: the likeliest group counts."""
    names, gold = list(EKMAN), part.one_of_seven
    found = {"judge": sigmoid(part.scores(layers))[:, len(FINE) :]}
    for name, centres in vectors.items():
        found[name] = figures.cosines(part.vectors(), centres)[:, len(FINE) :]
    found["majority"] = figures.majority(gold, len(names), len(gold))
    report = {name: figures.of_one(each, gold, names) for name, each in found.items()}
    for name in found:
        if name != "judge":
            report[name] = {key: report[name][key] for key in KEPT}
    return report


KEPT = ("texts", "accuracy", "macro_f1", "balanced_accuracy")


def mistakes(part: Part, chances: Array) -> list[str]:
    """The texts that it is surest of and wrong about, by groups."""
    groups = chances[:, len(FINE) :]
    gold = part.gold[:, len(FINE) :]
    guessed = groups.argmax(axis=1)
    wrong = np.flatnonzero(~gold[np.arange(len(gold)), guessed])
    worst = wrong[np.argsort(-groups[wrong].max(axis=1))][:LISTED]
    names = list(EKMAN)
    return [
        f"{groups[at].max():.3f} {names[guessed[at]]}, not {', '.join(part.said[at].labels)}: "
        f"{part.said[at].text[:100]}"
        for at in worst
    ]


if __name__ == "__main__":
    main()
