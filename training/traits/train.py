"""Train and measure the trait head.

    python training/traits/train.py ../shared/data WORK [--out FOLDER] [--threads N]

Two linear heads on the frozen embedder: whether a sentence expresses a trait, and where it stands
on it. `WORK` keeps the vectors. Prints the figures of the model card as JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from examples import Example, Story, essays, items, phrases, stories, talk
from numpy.typing import NDArray
from phrases import TRAITS, words
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold

sys.path.insert(0, str(Path(__file__).parents[1]))
from heads import Floats, auroc, embed, write_head

Numbers = NDArray[np.float64]
NAME = "personae-traits-minilm-linear"
TALK = 3_000
FOLDS = 5
STORY_STEP = 4  # every fourth story: 80 of each writer
TRAINED_WRITER = "gpt-3.5-turbo-0613"
GATE_C, LEVEL_ALPHA = 3.0, 0.5
STORY_WEIGHT = 1.0  # of a whole story, beside 1 for a sentence
STRETCH = 1.5  # ridge regression draws levels to the middle; chosen on held-out sentences


def main() -> None:
    """Cross-validate, train on everything, write, and measure on stories, essays and answers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    short = [*items(options.data), *phrases(), *talk(options.data, TALK)]
    long = stories(options.data)[::STORY_STEP]
    texts = [one.text for one in short] + [s for one in long for s in one.sentences]
    texts += [s for one in essays(options.data) for s in one.sentences]
    options.work.mkdir(parents=True, exist_ok=True)
    vectors = embed(texts, options.work / "vectors.npz", options.threads)
    learned = [one for one in long if one.writer == TRAINED_WRITER]
    report: dict[str, Any] = {"sentences": cross_validated(short, learned, vectors)}
    model = fit(short, learned, vectors)
    others = [one for one in long if one.writer != TRAINED_WRITER]
    report["stories of the other writer"] = on_texts(model, others, vectors)
    report["essays by people"] = on_texts(model, essays(options.data), vectors)
    if options.out:
        report["bytes"] = write_head(options.out, NAME, [model])
    print(json.dumps(report, indent=1))


def fit(
    examples: Sequence[Example], told: Sequence[Story], vectors: dict[str, Floats]
) -> tuple[Numbers, Numbers]:
    """One layer, (384, 10) and (10,): logits of "expressed" for the traits, then levels."""
    x = np.stack([vectors[one.text] for one in examples]).astype(np.float64)
    weight, bias = np.zeros((x.shape[1], 10)), np.zeros(10)
    for at, trait in enumerate(TRAITS):
        has = np.array([trait in one.levels for one in examples])
        gate = LogisticRegression(C=GATE_C, max_iter=2_000, class_weight="balanced").fit(x, has)
        weight[:, at], bias[at] = gate.coef_[0], gate.intercept_[0]
        mine = [one for one in examples if trait in one.levels]
        rows = np.stack([vectors[one.text] for one in mine])
        levels = np.array([one.levels[trait] for one in mine], dtype=np.float64)
        means, poles = story_rows(told, vectors, trait, weight[:, at], bias[at])
        weights = np.concatenate([np.ones(len(levels)), np.full(len(poles), STORY_WEIGHT)])
        rows, levels = np.concatenate([rows, means]), np.concatenate([levels, poles])
        level = Ridge(alpha=LEVEL_ALPHA).fit(rows, levels, sample_weight=weights)
        weight[:, 5 + at] = level.coef_ * STRETCH
        bias[5 + at] = (level.intercept_ - 3) * STRETCH + 3
    return weight, bias


def story_rows(
    told: Sequence[Story], vectors: dict[str, Floats], trait: str, gate: Numbers, bias: float
) -> tuple[Numbers, Numbers]:
    """A story as the mean of its sentences, weighed by how much they express the trait."""
    means = []
    for one in told:
        x = np.stack([vectors[s] for s in one.sentences]).astype(np.float64)
        share = 1 / (1 + np.exp(-(x @ gate + bias)))
        means.append((x * share[:, None]).sum(axis=0) / max(1e-9, share.sum()))
    return np.stack(means), np.array([float(one.levels[trait]) for one in told])


def rated(model: tuple[Numbers, Numbers], x: Numbers) -> tuple[Numbers, Numbers]:
    """(expressed, level) of each row and trait: probabilities and 1–5."""
    z = x @ model[0] + model[1]
    return 1 / (1 + np.exp(-z[:, :5])), np.clip(z[:, 5:], 1, 5)


def cross_validated(
    examples: Sequence[Example], told: Sequence[Story], vectors: dict[str, Floats]
) -> dict[str, Any]:
    """Figures on held-out sentences, five folds by group."""
    x = np.stack([vectors[one.text] for one in examples]).astype(np.float64)
    expressed, level = np.zeros((len(examples), 5)), np.zeros((len(examples), 5))
    groups = [one.group for one in examples]
    for train, test in GroupKFold(FOLDS, shuffle=True, random_state=0).split(x, groups=groups):
        held_out = words_of({groups[i] for i in test})
        kept = [examples[i] for i in train]
        model = fit([one for one in kept if not is_list_of(one, held_out)], told, vectors)
        expressed[test], level[test] = rated(model, x[test])
    source = np.array([one.source for one in examples])
    found: dict[str, Any] = {}
    for at, trait in enumerate(TRAITS):
        has = np.array([trait in one.levels for one in examples])
        gold = np.array([one.levels.get(trait, 0) for one in examples])
        row: dict[str, Any] = {}
        for kind in ("item", "phrase"):
            mine = has & (source == kind) & (gold != 3)
            high = gold[mine] > 3
            row[f"{kind} pole accuracy"] = round(float(((level[mine, at] > 3) == high).mean()), 3)
            third = np.where(high, np.rint(level[mine, at]) > 3, np.rint(level[mine, at]) < 3)
            row[f"{kind} in its third"] = round(float(third.mean()), 3)
            row[f"{kind} majority"] = round(float(max(high.mean(), 1 - high.mean())), 3)
        graded = has & (source == "phrase")
        off = np.abs(np.rint(level[graded, at]) - gold[graded])
        row["phrase error of level"] = round(float(off.mean()), 3)
        row["phrase error of always 3"] = round(float(np.abs(3 - gold[graded]).mean()), 3)
        seen = (source == "item") & has
        for against in ("talk", "item"):
            kept = seen | ((source == against) & ~has)
            area = auroc(expressed[kept, at], has[kept])
            row[f"expressed, AUROC against {against}"] = round(area, 3)
        row["items rated"] = round(float((expressed[seen, at] >= 0.5).mean()), 3)
        row["talk rated"] = round(float((expressed[source == "talk", at] >= 0.5).mean()), 3)
        found[trait] = row
    return found


def words_of(groups: set[str]) -> list[str]:
    """The words of the phrases in some groups: "O-3" is the fourth pair of O."""
    pairs = [(trait, at) for trait in TRAITS for at in range(len(words(trait, 0)))]
    held = [(trait, at) for trait, at in pairs if f"{trait}-{at}" in groups]
    return [words(trait, side)[at] for trait, at in held for side in (0, 1)]


def is_list_of(one: Example, held_out: Sequence[str]) -> bool:
    """Whether it is a list of traits with a word that is held out."""
    return one.source == "list" and any(word in one.text for word in held_out)


def on_texts(
    model: tuple[Numbers, Numbers], texts: Sequence[Story], vectors: dict[str, Floats]
) -> dict[str, Any]:
    """The mean rating of a text's rated sentences against its writer's pole."""
    means = []
    for one in texts:
        expressed, level = rated(model, np.stack([vectors[s] for s in one.sentences]))
        kept = expressed >= 0.5
        means.append((level * kept).sum(axis=0) / np.maximum(1, kept.sum(axis=0)))
        means[-1][~kept.any(axis=0)] = 3
    found: dict[str, Any] = {}
    for at, trait in enumerate(TRAITS):
        score = np.array([one[at] for one in means])
        high = np.array([one.levels[trait] == 5 for one in texts])
        found[trait] = {
            "pole accuracy": round(float(((score > 3) == high).mean()), 3),
            "majority": round(float(max(high.mean(), 1 - high.mean())), 3),
            "AUROC": round(auroc(score, high), 3),
        }
    return found


if __name__ == "__main__":
    main()
