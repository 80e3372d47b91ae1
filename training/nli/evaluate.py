"""Measure an NLI model on data that it never trained on, beside two baselines.

    python training/nli/evaluate.py ../shared/data [--folder OUT] [--json report.json]

Accuracy (95 % bootstrap interval), macro F1, contradiction AUROC, confusion matrix. The baselines:
the majority label, and the embedder's cosine with two cuts fitted on cad-nli's training part.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from personae.encoders.embedder import open_embedder
from personae.encoders.nli import LABELS, open_nli

Floats = NDArray[np.float32]
Row = tuple[str, str, int]  # premise, hypothesis, label
Classify = Callable[[Sequence[tuple[str, str]]], Floats]
DNLI = {"positive": 0, "neutral": 1, "negative": 2}
SICK = {"ENTAILMENT": 0, "NEUTRAL": 1, "CONTRADICTION": 2}


def dnli(data: Path, part: str = "valid") -> list[Row]:
    """Dialogue NLI's excerpt."""
    lines = (data / "dnli-excerpt" / f"nli-{part}.txt").read_text("utf-8").splitlines()
    parts = [line.split("</s>") for line in lines]
    return [(said, stated, DNLI[verdict.strip()]) for said, stated, verdict in parts]


def _table(file: Path, delimiter: str) -> list[dict[str, str]]:
    quoting = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter=delimiter, quoting=quoting))


def cad(data: Path, part: str = "test") -> list[Row]:
    """Counterfactually augmented SNLI."""
    rows = _table(data / "cad-nli" / "NLI" / "all_combined" / f"{part}.tsv", "\t")
    return [
        (row["sentence1"], row["sentence2"], LABELS.index(row["gold_label"]))
        for row in rows
        if row["gold_label"] in LABELS
    ]


def sick(data: Path) -> list[Row]:
    """SICK's test part."""
    rows = _table(data / "sick" / "SICK.txt", "\t")
    return [
        (row["sentence_A"], row["sentence_B"], SICK[row["entailment_label"]])
        for row in rows
        if row["SemEval_set"] == "TEST"
    ]


def mnli_binary(data: Path) -> list[Row]:
    """MultiNLI in two classes: contradiction, or not (here called neutral)."""
    rows = _table(data / "mnli-binary" / "mnli_dev_matched_binary_42.csv", ",")
    return [(row["sentence1"], row["sentence2"], 2 if row["label"] == "1" else 1) for row in rows]


SETS: dict[str, Callable[[Path], list[Row]]] = {
    "DNLI valid": dnli, "SICK test": sick, "CAD test": cad, "MNLI binary": mnli_binary,
}  # fmt: skip


def auroc(scores: Floats, positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative, ties by half."""
    order = np.argsort(scores, kind="stable")
    _, inverse, counts = np.unique(scores[order], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    wins, losses = int(positive.sum()), int((~positive).sum())
    total = float(ranks[positive[order]].sum()) - wins * (wins + 1) / 2
    return total / max(1, wins * losses)


def interval(right: NDArray[np.bool_]) -> tuple[float, float]:
    """95 % bootstrap interval of an accuracy."""
    rng = np.random.default_rng(0)
    means = [right[rng.integers(0, len(right), len(right))].mean() for _ in range(1_000)]
    low, high = np.quantile(means, [0.025, 0.975])
    return round(float(low), 3), round(float(high), 3)


def measures(found: Floats, gold: NDArray[np.int64], binary: bool) -> dict[str, Any]:
    """Figures of one model on one set; `binary`: entailment counts as neutral."""
    guessed = found.argmax(axis=1)
    if binary:
        guessed = np.where(found[:, 2] > 0.5, 2, 1)
    confusion = [[int(((gold == g) & (guessed == f)).sum()) for f in range(3)] for g in range(3)]
    scores = []
    for one in sorted(set(gold.tolist())):
        hits = int(((gold == one) & (guessed == one)).sum())
        scores.append(2 * hits / max(1, int((gold == one).sum()) + int((guessed == one).sum())))
    return {
        "pairs": len(gold),
        "accuracy": round(float((guessed == gold).mean()), 4),
        "accuracy_95": interval(guessed == gold),
        "macro_f1": round(float(np.mean(scores)), 4),
        "contradiction_auroc": round(auroc(found[:, 2], gold == 2), 4),
        "confusion": confusion,
    }


def majority(gold: NDArray[np.int64]) -> Floats:
    """Always the label seen most."""
    found = np.zeros((len(gold), 3), dtype=np.float32)
    found[:, np.bincount(gold, minlength=3).argmax()] = 1
    return found


def by_cosine(data: Path) -> Classify:
    """High cosine entails, low is neutral, between contradicts: cuts fitted on cad-nli's train."""
    embed = open_embedder().embed

    def cosines(pairs: Sequence[tuple[str, str]]) -> Floats:
        said, stated = zip(*pairs, strict=True)
        product: Floats = (embed(said) * embed(stated)).sum(axis=1)
        return product

    train = cad(data, "train")[:3_000]
    known, gold = cosines([row[:2] for row in train]), np.array([row[2] for row in train])
    cuts = np.quantile(known, np.linspace(0.02, 0.98, 40))
    best = max(
        ((low, high) for low in cuts for high in cuts if low <= high),
        key=lambda cut: float((_cut(known, *cut).argmax(axis=1) == gold).mean()),
    )
    return lambda pairs: _cut(cosines(pairs), *best)


def _cut(cosine: Floats, low: float, high: float) -> Floats:
    middle = 1 - np.abs(cosine - (low + high) / 2)
    found = np.stack([cosine > high, cosine < low, (cosine >= low) & (cosine <= high)], axis=1)
    scored: Floats = found.astype(np.float32)
    scored[:, 2] += middle.astype(np.float32) * 1e-3
    return scored


def report(data: Path, classify: Classify) -> dict[str, dict[str, Any]]:
    """Every set, the model and both baselines."""
    cosine = by_cosine(data)
    table: dict[str, dict[str, Any]] = {}
    for name, load in SETS.items():
        rows = load(data)
        pairs, gold = [row[:2] for row in rows], np.array([row[2] for row in rows])
        binary = name == "MNLI binary"
        table[name] = {
            "model": measures(classify(pairs), gold, binary),
            "majority": measures(majority(gold), gold, binary),
            "cosine": measures(cosine(pairs), gold, binary),
        }
    return table


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--errors", type=int, default=0, help="wrong DNLI train pairs to print")
    options = parser.parse_args()
    classify = open_nli(options.folder).classify
    table = report(options.data, classify)
    text = json.dumps(table, indent=1)
    if options.json:
        options.json.write_text(text + "\n", encoding="utf-8")
    print(text)
    if options.errors:
        print_errors(dnli(options.data, "train"), classify, options.errors)


def print_errors(rows: list[Row], classify: Classify, number: int) -> None:
    """The surest mistakes, spread over the kinds of confusion."""
    found = classify([row[:2] for row in rows])
    guessed = found.argmax(axis=1)
    for gold in range(3):
        for wrong in {0, 1, 2} - {gold}:
            at = [i for i, row in enumerate(rows) if row[2] == gold and guessed[i] == wrong]
            at.sort(key=lambda i: -float(found[i, wrong]))
            print(f"## {LABELS[gold]} taken for {LABELS[wrong]}: {len(at)}")
            for i in at[:: max(1, len(at) // number)][:number]:
                print(f"  {found[i, wrong]:.2f} | {rows[i][0]} || {rows[i][1]}")


if __name__ == "__main__":
    main()
