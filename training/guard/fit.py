"""Fit what a candidate reply is worth, from replies of `collect.py` and the gold replies.

    python training/guard/fit.py replies.jsonl [--out weights.json]

Of two replies to one turn the better one shares more words with the gold reply (word F1), or, where
both share equally many, is nearer to it in meaning (cosine). A logistic regression on the
differences of the four features learns which is better (Bradley and Terry 1952), each turn with the
same weight in all. Prints how often the better one is found on turns that were left out.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from personae.encoders.contradiction import judge_replies
from personae.encoders.embedder import open_embedder
from personae.encoders.nli import open_nli
from personae.encoders.reply_worth import FEATURES, SHIPPED, features_of, relevance
from personae.metrics.word_f1 import f1

Floats = NDArray[np.float64]
FOLDS = 5
RESAMPLES = 200
RIDGE = 1.0


def rows_of(lines: Sequence[str]) -> list[tuple[Floats, Floats]]:
    """For each turn its replies' features and how good they are."""
    nli, embedder = open_nli(), open_embedder()
    found = []
    for line in lines:
        turn: dict[str, Any] = json.loads(line)
        texts = {reply["text"]: reply for reply in turn["replies"] if reply["text"].strip()}
        if len(texts) < 2:
            continue
        judged = judge_replies(nli, [(text, turn["statements"]) for text in texts])
        features = [
            features_of(text, one, heard=turn["heard"], own=turn["own"], embedder=embedder,
                        tokens=texts[text]["tokens"])
            for text, one in zip(texts, judged, strict=True)
        ]  # fmt: skip
        near = relevance(embedder, [(turn["gold"], text) for text in texts])
        good = [f1(text, turn["gold"]) for text in texts]
        table = np.array([[row[name] for name in FEATURES] for row in features])
        found.append((table, np.array(good) + 1e-3 * np.array(near)))
    return found


def pairs_of(turns: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Differences of features, better less worse, and a weight for each."""
    differences, weights = [], []
    for table, good in turns:
        pairs = [(i, j) for i, j in combinations(range(len(good)), 2) if good[i] != good[j]]
        for i, j in pairs:
            better, worse = (i, j) if good[i] > good[j] else (j, i)
            differences.append(table[better] - table[worse])
            weights.append(1 / len(pairs))
    return np.array(differences), np.array(weights)


def fitted(differences: Floats, weights: Floats) -> Floats:
    """Newton's method on the ridge-penalised log-likelihood; no constant, for order is nothing."""
    found = np.zeros(differences.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-differences @ found))
        slope = differences.T @ (weights * (1 - chance)) - RIDGE * found
        bend = (differences.T * (weights * chance * (1 - chance))) @ differences
        found = found + np.linalg.solve(bend + RIDGE * np.eye(len(found)), slope)
    return found


def right(differences: Floats, weights: Floats, found: Floats) -> float:
    """The share of pairs of which the better one is worth more."""
    return float(np.average(differences @ found > 0, weights=weights))


def left_out(turns: Sequence[tuple[Floats, Floats]], use: Sequence[int]) -> float:
    """The share on turns that were left out in turn, with the features `use` alone."""
    shares = []
    for fold in range(FOLDS):
        train = pairs_of([t for at, t in enumerate(turns) if at % FOLDS != fold])
        test = pairs_of([t for at, t in enumerate(turns) if at % FOLDS == fold])
        found = fitted(train[0][:, use], train[1])
        shares.append(right(test[0][:, use], test[1], found))
    return float(np.mean(shares))


def spread(turns: Sequence[tuple[Floats, Floats]], seed: int = 0) -> Floats:
    """The standard error of each weight: bootstrap over turns."""
    rng = np.random.default_rng(seed)
    drawn = (
        [turns[at] for at in rng.integers(0, len(turns), len(turns))] for _ in range(RESAMPLES)
    )
    return np.std([fitted(*pairs_of(sample)) for sample in drawn], axis=0)


def main() -> None:
    """Write the weights and print what they do."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("replies", type=Path)
    parser.add_argument("--out", type=Path, default=SHIPPED)
    options = parser.parse_args()
    turns = rows_of(options.replies.read_text("utf-8").splitlines())
    everything = np.concatenate([table for table, _ in turns])
    mean, scale = everything.mean(axis=0), np.maximum(everything.std(axis=0), 1e-6)
    scaled = [((table - mean) / scale, good) for table, good in turns]
    differences, weights = pairs_of(scaled)
    found = fitted(differences, weights)
    shares = {
        "all": left_out(scaled, range(len(FEATURES))),
        **{name: left_out(scaled, [at]) for at, name in enumerate(FEATURES)},
    }
    errors = spread(scaled)
    value = {
        "terms": {
            name: {"weight": round(float(found[at]), 4), "mean": round(float(mean[at]), 4),
                   "scale": round(float(scale[at]), 4)}
            for at, name in enumerate(FEATURES)
        },
        "standard_errors": {
            name: round(float(errors[at]), 4) for at, name in enumerate(FEATURES)
        },
        "turns": len(turns),
        "pairs": len(weights),
        "better_found_of_left_out": {name: round(share, 4) for name, share in shares.items()},
    }  # fmt: skip
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(value, indent=2))


if __name__ == "__main__":
    main()
