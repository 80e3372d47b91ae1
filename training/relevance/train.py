"""Train the relevance head on labelled pairs, and measure it on pairs of other dialogues.

    python training/relevance/train.py TRAIN.jsonl VALID.jsonl TEST.jsonl WORK [--out FOLDER]

A logistic regression on the pairs of `pairs.py`. The penalty is chosen on VALID; TEST is measured
once, with the cosine of the two vectors and the majority as baselines.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from personae.encoders.relevance import pair_features

sys.path.insert(0, str(Path(__file__).parents[1]))
from heads import Floats, auroc, auroc_interval, embed, write_head

NAME = "personae-relevance-minilm-linear"
MADE = 4_000
STRENGTHS = (0.1, 0.3)
Rows = list[dict[str, Any]]


def main() -> None:
    """Choose, train, write, and print the figures of the model card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("train", "valid", "test", "work"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    parts = {name: read(getattr(options, name)) for name in ("train", "valid", "test")}
    texts = [text for rows in parts.values() for r in rows for text in (r["statement"], r["query"])]
    options.work.mkdir(parents=True, exist_ok=True)
    vectors = embed(texts, options.work / "vectors.npz", options.threads)
    model, chosen = choose(parts["train"], parts["valid"], vectors, options.seed)
    report: dict[str, Any] = {"chosen": chosen}
    for name in ("valid", "test"):
        report[name] = measures(model, parts[name], vectors, parts["train"])
    if options.out:
        layer = (model.coef_.T, model.intercept_)
        report["bytes"] = write_head(options.out, NAME, [layer])
    print(json.dumps(report, indent=1))


def read(file: Path) -> Rows:
    """The pairs of a file."""
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def features(rows: Rows, vectors: dict[str, Floats]) -> Floats:
    """What the head sees of each pair."""
    statements = np.stack([vectors[row["statement"]] for row in rows])
    queries = np.stack([vectors[row["query"]] for row in rows])
    return pair_features(statements, queries)


def labels(rows: Rows) -> NDArray[np.int64]:
    """1 for relevant."""
    return np.array([row["label"] for row in rows])


def mixture(train: Rows, seed: int) -> Rows:
    """Pairs of human replies twice, and some of the self-made ones."""
    real = [row for row in train if row["source"] != "question"]
    made = [row for row in train if row["source"] == "question"]
    order = np.random.default_rng(seed).permutation(len(made))[:MADE]
    return [*real, *real, *(made[at] for at in order)]


def choose(
    train: Rows, valid: Rows, vectors: dict[str, Floats], seed: int
) -> tuple[LogisticRegression, dict[str, Any]]:
    """The regression with the lowest log loss on the validation pairs, over penalties."""
    rows = mixture(train, seed)
    x, y = features(rows, vectors), labels(rows)
    held, gold = features(valid, vectors), labels(valid)
    found = []
    for strength in STRENGTHS:
        model = LogisticRegression(C=strength, max_iter=300).fit(x, y)
        p = np.clip(model.predict_proba(held)[:, 1], 1e-6, 1 - 1e-6)
        loss = float(-np.where(gold == 1, np.log(p), np.log(1 - p)).mean())
        found.append((loss, strength, model))
    loss, strength, model = min(found, key=lambda one: one[0])
    return model, {"pairs": len(rows), "C": strength, "log loss": round(loss, 4)}


def measures(
    model: LogisticRegression, rows: Rows, vectors: dict[str, Floats], train: Rows
) -> dict[str, Any]:
    """AUROC of head and cosine with intervals over queries, by kind of negative; accuracy."""
    gold, groups = labels(rows) == 1, [row["query"] for row in rows]
    cosine = np.array([float(vectors[r["statement"]] @ vectors[r["query"]]) for r in rows])
    ours = model.predict_proba(features(rows, vectors))[:, 1]
    source = np.array([row["source"] for row in rows])
    known = {row["statement"] for row in train}
    fresh = np.array([row["statement"] not in known for row in rows])
    found: dict[str, Any] = {"pairs": len(rows), "relevant": int(gold.sum())}
    for name, scores in (("head", ours), ("cosine", cosine)):
        found[name] = {
            "AUROC": round(auroc(scores, gold), 3),
            "95 %": auroc_interval(scores, gold, groups),
            "against other statements of the persona": round(
                auroc(scores[source != "stranger"], gold[source != "stranger"]), 3
            ),
            "against strangers": round(
                auroc(scores[gold | (source == "stranger")], gold[gold | (source == "stranger")]), 3
            ),
            "statements not in the training pairs": round(auroc(scores[fresh], gold[fresh]), 3),
        }
    found["accuracy at 0.5"] = round(float(((ours >= 0.5) == gold).mean()), 3)
    found["majority"] = round(float(max(gold.mean(), 1 - gold.mean())), 3)
    found["mean probability"] = round(float(ours.mean()), 3)
    found["share relevant"] = round(float(gold.mean()), 3)
    return found


if __name__ == "__main__":
    main()
