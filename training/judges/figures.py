"""What a judge is measured by, and the baselines that stand beside it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))
from heads import auroc

from personae.encoders.heads import unit
from personae.recipes.logistic import best_threshold, f1_at

Array = NDArray[Any]
BINS = 10


def of_one(found: Array, gold: Array, names: Sequence[str]) -> dict[str, Any]:
    """Figures where a text has one label: `found` (rows, labels) chances, `gold` (rows,) numbers.

    Macro F1 and balanced accuracy are over the labels that occur.
    """
    guessed = found.argmax(axis=1)
    confusion = np.zeros((len(names), len(names)), dtype=int)
    np.add.at(confusion, (gold, guessed), 1)
    there = [at for at in range(len(names)) if confusion[at].any()]
    recalls = {names[at]: confusion[at, at] / confusion[at].sum() for at in there}
    f1s = {names[at]: f1_of(confusion, at) for at in there}
    return {
        "texts": len(gold),
        "accuracy": rounded((guessed == gold).mean()),
        "macro_f1": rounded(np.mean(list(f1s.values()))),
        "balanced_accuracy": rounded(np.mean(list(recalls.values()))),
        "ece": calibration_error(found.max(axis=1), guessed == gold),
        "f1": {name: rounded(value) for name, value in f1s.items()},
        "confusion": confusion.tolist(),
        "most_confused": most_confused(confusion, names),
    }


def of_any(
    found: Array, gold: Array, names: Sequence[str], thresholds: Sequence[float]
) -> dict[str, Any]:
    """Figures where a text may have several labels: F1 at the thresholds, AUROC, calibration."""
    said = found >= np.asarray(thresholds)
    f1s = {}
    for at, name in enumerate(names):
        total = int(said[:, at].sum()) + int(gold[:, at].sum())
        f1s[name] = 2 * int((said[:, at] & gold[:, at]).sum()) / total if total else float("nan")
    both = int((said & gold).sum())
    areas = [auroc(found[:, at], gold[:, at]) for at in range(len(names))]
    return {
        "texts": len(gold),
        "macro_f1": rounded(np.nanmean(list(f1s.values()))),
        "micro_f1": rounded(2 * both / max(1, int(said.sum()) + int(gold.sum()))),
        "mean_auroc": rounded(np.nanmean(areas)),
        "ece": calibration_error(found.ravel(), gold.ravel()),
        "f1": {name: rounded(value) for name, value in f1s.items()},
    }


def of_yes(scores: Array, gold: Array, threshold: float) -> dict[str, Any]:
    """Figures of one label: F1 of it, of both, AUROC."""
    said = scores >= threshold
    macro = (f1_at(scores, gold, threshold) + f1_at(-scores, ~gold, _above(-threshold))) / 2
    return {
        "texts": len(gold),
        "positive": rounded(gold.mean()),
        "accuracy": rounded((said == gold).mean()),
        "f1": rounded(f1_at(scores, gold, threshold)),
        "macro_f1": rounded(macro),
        "precision": rounded((said & gold).sum() / max(1, said.sum())),
        "recall": rounded((said & gold).sum() / max(1, gold.sum())),
        "auroc": rounded(auroc(scores, gold)),
    }


def _above(threshold: float) -> float:
    return float(np.nextafter(threshold, np.inf))


def f1_of(confusion: Array, at: int) -> float:
    """F1 of one label of a confusion matrix (gold in rows)."""
    total = int(confusion[at].sum() + confusion[:, at].sum())
    return 2 * int(confusion[at, at]) / total if total else 0.0


def most_confused(confusion: Array, names: Sequence[str], number: int = 6) -> list[str]:
    """The most frequent mistakes, gold first."""
    pairs = [
        (int(confusion[gold, guessed]), f"{names[gold]} → {names[guessed]}")
        for gold in range(len(names))
        for guessed in range(len(names))
        if gold != guessed and confusion[gold, guessed]
    ]
    return [f"{pair} {count}" for count, pair in sorted(pairs, reverse=True)[:number]]


def calibration_error(chances: Array, right: Array) -> float:
    """Expected calibration error in ten bins of equal width."""
    at = np.minimum((chances * BINS).astype(int), BINS - 1)
    gaps = [
        abs(float(chances[at == one].mean()) - float(right[at == one].mean())) * (at == one).mean()
        for one in range(BINS)
        if (at == one).any()
    ]
    return rounded(sum(gaps))


def thresholds_of(chances: Array, gold: Array) -> list[float]:
    """For each label the threshold with the best F1, between 0.02 and 0.98."""
    best = [best_of_grid(chances[:, at], gold[:, at]) for at in range(chances.shape[1])]
    return [round(min(0.98, max(0.02, one)), 4) for one in best]


def best_of_grid(scores: Array, gold: Array) -> float:
    """The best of 200 thresholds: a rare label's F1 jumps, and the finest cut would be luck."""
    if not gold.any():
        return 0.5
    grid = np.unique(np.quantile(scores, 1 - np.geomspace(0.002, 0.9, 200)))
    return float(max(grid, key=lambda one: (f1_at(scores, gold, one), one)))


def majority(gold: Array, labels: int, texts: int) -> Array:
    """Always the label that is seen most in `gold` (numbers)."""
    found = np.zeros((texts, labels))
    found[:, np.bincount(gold, minlength=labels).argmax()] = 1
    return found


def cosines(tested: Array, vectors: Array) -> Array:
    """Of each text with the vector of each label: its words', or the mean of its texts."""
    return np.asarray(unit(tested) @ unit(vectors).T)


def centroids(vectors: Array, gold: Array) -> Array:
    """The mean unit vector of each label's texts, less that of all, or all were about the same.

    `gold` (texts, labels) says which labels a text has.
    """
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    means = gold.T.astype(float) @ units / gold.sum(axis=0)[:, None]
    return np.asarray(means - units.mean(axis=0))


def hot(gold: Array, labels: int) -> Array:
    """(texts, labels) of label numbers."""
    return np.asarray(np.eye(labels)[gold])


def with_own_threshold(train: Array, gold: Array, tested: Array, right: Array) -> dict[str, Any]:
    """Figures of a baseline's scores at the threshold that is best for it on `train`."""
    return of_yes(tested, right, best_threshold(train, gold))


def rounded(value: Any) -> float:
    return round(float(value), 4)


def shown(report: Mapping[str, Any]) -> str:
    """A report as JSON whose short lists stay on one line."""
    import json
    import re

    text = json.dumps(report, indent=1, ensure_ascii=False)
    return re.sub(r"\[\s+([^\[\]{}\"]*?)\s+\]", lambda m: f"[{' '.join(m[1].split())}]", text)
