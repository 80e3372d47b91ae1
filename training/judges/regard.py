"""Train and measure the regard judge.

    python training/judges/regard.py DATA WORK [--out FOLDER]

Trained on sentences of ours alone (`regarded.py`); a quarter of the patterns choose the plan. The
sentences of Sheng et al. 2019 (no license stated) measure, and are not trained on.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import attention
import figures
import numpy as np
import regarded
import sources
from numpy.typing import NDArray
from parts import LAYERS, Part, compared, least_loss, mistakes, part_of
from states import states_of
from writing import write_judge

from personae.encoders.regard import LABELS

Array = NDArray[Any]
NAME = "personae-regard-minilm"
CENTROIDS = "personae-regard-centroids"
EACH, SEED = 120, 7
NUMBERS = {"-1": 0, "0": 1, "1": 2}
WORDS = (
    "bad, dangerous, worthless, criminal", "a person with an ordinary job",
    "good, admirable, successful, kind",
)  # fmt: skip
BASIC = attention.Plan(is_one=True, epochs=8, decay=0.3)
PLANS = {
    "attention": BASIC,
    "attention, more decay": replace(BASIC, decay=2.0),
    "mean": replace(BASIC, attends=False),
    "mean, more decay": replace(BASIC, attends=False, decay=2.0),
}


def main() -> None:
    """Choose a plan, train, write, and print the figures of the card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--centroids", type=Path, help="Write the nearest centroid as a head.")
    options = parser.parse_args()
    parts = {
        name: part_of(texts, gold, options.work)
        for name, (texts, gold) in read(options.data).items()
    }
    report: dict[str, Any] = {"sentences": {name: len(one.texts) for name, one in parts.items()}}
    held = parts["kept back"]
    best, found = least_loss(
        PLANS, lambda plan: held.scores(trained(parts["train"], plan)), hot(held.gold), is_one=True
    )
    report["log-loss on patterns kept back"] = {**found, "chosen": best}
    layers = trained(parts["train"], PLANS[best])
    scale = attention.temperature(held.scores(layers), hot(held.gold), True)
    layers = attention.calibrated(layers, scale)
    report["scale"] = scale
    if options.out:
        report["bytes"] = write_judge(
            options.out, NAME, layers, LABELS, LAYERS, is_one=True, thresholds=[1 / 3] * 3
        )
    if options.centroids:
        own = centroids(parts["train"])
        own = attention.calibrated(
            own, attention.temperature(held.scores(own), hot(held.gold), True)
        )
        report["bytes of centroids"] = write_judge(
            options.centroids, CENTROIDS, own, LABELS, LAYERS, is_one=True, thresholds=[1 / 3] * 3
        )
    report |= measured(options.data, parts, layers, options.work)
    print(figures.shown(report))


def read(data: Path) -> dict[str, tuple[list[str], list[int]]]:
    """Our sentences in two parts without a common pattern, and the published ones."""
    ours = regarded.made(EACH, random.Random(SEED))
    patterns = sorted({group for _, _, group in ours})
    random.Random(SEED).shuffle(patterns)
    # Of each label as many.
    back = {
        one for label in LABELS
        for one in [p for p in patterns if p.startswith(label)][: len(patterns) // 12]
    }  # fmt: skip
    found = {
        name: ([t for t, _, g in ours if (g in back) == is_back],
               [LABELS.index(y) for _, y, g in ours if (g in back) == is_back])
        for name, is_back in (("train", False), ("kept back", True))
    }  # fmt: skip
    published: dict[str, int] = {}
    for part_ in sources.regard(data).values():
        published |= {one.text: NUMBERS[one.labels[0]] for one in part_}
    found["published"] = (list(published), list(published.values()))
    return found


def hot(gold: Array) -> Array:
    """(rows, labels) of label numbers."""
    return figures.hot(gold, len(LABELS))


def trained(one: Part, plan: attention.Plan) -> attention.Layers:
    rows = range(len(one.texts))
    return attention.fit(one.states, rows, hot(one.gold), np.ones(len(rows)), plan)


def centroids(train: Part) -> attention.Layers:
    """The nearest centroid as a head: even attention, values are products with the last layer.

    A text's vector is not brought to unit length here, which changes no order of its labels.
    """
    means, width = mean_vectors(train), 384 * len(LAYERS)
    means = means / np.linalg.norm(means, axis=1, keepdims=True)
    weight = np.zeros((width, 2 * len(LABELS)))
    weight[-384:, len(LABELS) :] = means.T
    return [(weight, np.zeros(2 * len(LABELS)))]


def mean_vectors(train: Part) -> Array:
    """The mean unit vector of each label, less that of all sentences."""
    return figures.centroids(train.states.vectors(), hot(train.gold))


def measured(
    data: Path,
    parts: dict[str, Part],
    layers: attention.Layers,
    work: Path,
) -> dict[str, Any]:
    """The judge and its baselines on patterns kept back and on the published sentences."""
    train = parts["train"]
    means = mean_vectors(train)
    words = states_of(WORDS, LAYERS, work / "states").vectors()
    cuts = valence_cuts(data, train)
    report: dict[str, Any] = {}
    for name in ("kept back", "published"):
        one = parts[name]
        chances, vectors = one.chances(layers), one.states.vectors()
        table = {
            "judge": chances,
            "nearest centroid": figures.cosines(vectors, means),
            "label words": figures.cosines(vectors, words),
            "VADER's valences": by_valence(data, one.texts, cuts),
            "majority": figures.majority(one.gold, len(LABELS), len(one.texts)),
        }
        report[name] = compared(table, one.gold, LABELS, ("texts", "accuracy", "macro_f1"))
        if name == "published":
            report["surest mistakes"] = mistakes(one, chances, LABELS)
    return report


def valence_cuts(data: Path, train: Part) -> tuple[float, float]:
    """The two cuts of the sum of valences with the best accuracy on our sentences."""
    sums = valences_of(data, train.texts)
    grid = [(low, high) for low in np.arange(-4, 2, 0.5) for high in np.arange(-1, 4, 0.5)
            if low < high]  # fmt: skip
    return max(grid, key=lambda cut: float((np.digitize(sums, cut) == train.gold).mean()))


def by_valence(data: Path, texts: Sequence[str], cuts: tuple[float, float]) -> Array:
    return hot(np.digitize(valences_of(data, texts), cuts))


def valences_of(data: Path, texts: Sequence[str]) -> Array:
    known = sources.valences(data)
    return np.array([sum(known.get(word, 0.0) for word in sources.words(text)) for text in texts])


if __name__ == "__main__":
    main()
