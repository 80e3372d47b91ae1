"""Train the head that tells which sentences say something lasting of their speaker.

    python training/disclosure/train.py DATA WORK [--out FOLDER]

DATA is the folder of shared data sets; used are the parsed sessions 1 to 4 of Multi-Session Chat
(MIT): turns of users, with the persona sentences that an annotator noted from each (or none). The
valid part trains, the test part measures. A sentence of a turn counts as telling when it is the
nearest to a noted sentence, or its cosine with one is 0.6 or more; as not telling when the turn has
no note, or the cosine with all is below 0.3; else it is left out. Logistic regression in numpy.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))
from heads import auroc, embed, write_head

from personae.encoders.disclosure import sentence_features
from personae.formats.msc import read
from personae.text.sentences import split_sentences

NAME = "personae-disclosure-minilm-linear"
TELLS, TELLS_NOT = 0.6, 0.3
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|im|my|mine|we|our|me)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """Sentences with features, labels (1, 0, or -1: left out), and the turn that each is of."""

    sentences: list[str]
    features: NDArray[np.float64]
    labels: NDArray[np.int64]
    turns: NDArray[np.int64]
    noted: NDArray[np.bool_]  # by turn


def main() -> None:
    """Train, write, and print the figures of the model card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--penalty", type=float, default=1e-4)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    train, test = (part_of(options, name) for name in ("valid", "test"))
    known = train.labels >= 0
    weight, bias = fit(
        train.features[known], train.labels[known].astype(float), options.penalty, options.steps
    )
    rule = np.array([tells_by_rule(one) for one in test.sentences], dtype=float) * 2 - 1
    report = {
        "trained on": int(known.sum()),
        "head": measures(test, test.features @ weight + bias),
        "first person, no question": measures(test, rule),
        "everything": measures(test, np.ones(len(rule))),
    }
    if options.out:
        report["bytes"] = write_head(options.out, NAME, [(weight[:, None], np.array([bias]))])
    print(json.dumps(report, indent=1))


def part_of(options: argparse.Namespace, name: str) -> Part:
    """The labelled sentences of one part."""
    turns = [
        (turn.text, turn.labels.get("memory", ()))
        for file in sorted((options.data / "msc").glob(f"parse-session-?-{name}.json"))
        for dialogue in read(file)
        for turn in dialogue.turns
        if turn.speaker == "user"
    ]
    split = [split_sentences(text) or [text] for text, _ in turns]
    every = [one for part in split for one in part] + [one for _, notes in turns for one in notes]
    vectors = embed(every, options.work / f"vectors-{name}.npz", options.threads)
    sentences, labels, of = [], list[int](), list[int]()
    for at, ((_, notes), own) in enumerate(zip(turns, split, strict=True)):
        sentences += own
        of += [at] * len(own)
        labels += labels_of([vectors[one] for one in own], [vectors[one] for one in notes])
    features = sentence_features(sentences, np.stack([vectors[one] for one in sentences]))
    return Part(
        sentences, features, np.array(labels), np.array(of),
        np.array([bool(notes) for _, notes in turns]),
    )  # fmt: skip


def labels_of(sentences: list[NDArray[np.float32]], notes: list[NDArray[np.float32]]) -> list[int]:
    """1 for what an annotator noted, 0 for what nobody did, -1 where that is not clear."""
    if not notes:
        return [0] * len(sentences)
    cosines = np.stack(sentences) @ np.stack(notes).T
    nearest = set(cosines.argmax(0).tolist())
    best = cosines.max(1)
    return [
        1 if at in nearest or best[at] >= TELLS else 0 if best[at] < TELLS_NOT else -1
        for at in range(len(sentences))
    ]


def fit(
    x: NDArray[np.float64], y: NDArray[np.float64], penalty: float, steps: int
) -> tuple[NDArray[np.float64], float]:
    """Weights and bias by gradient descent at a rate of 1."""
    weight, bias = np.zeros(x.shape[1]), 0.0
    for _ in range(steps):
        wrong = 1 / (1 + np.exp(-(x @ weight + bias))) - y
        weight -= x.T @ wrong / len(y) + penalty * weight
        bias -= float(wrong.mean())
    return weight, bias


def tells_by_rule(sentence: str) -> bool:
    """The baseline: the first person, and no question."""
    return bool(_FIRST_PERSON.search(sentence)) and not sentence.strip().endswith("?")


def measures(part: Part, scores: NDArray[np.float64]) -> dict[str, dict[str, float]]:
    """By sentence, and by turn (its most telling sentence decides)."""
    known = part.labels >= 0
    turn = np.full(len(part.noted), -np.inf)
    np.maximum.at(turn, part.turns, scores)
    return {
        "sentences": figures(scores[known], part.labels[known] == 1),
        "turns": figures(turn, part.noted),
    }


def figures(scores: NDArray[np.float64], true: NDArray[np.bool_]) -> dict[str, float]:
    """Precision, recall, F1 at zero; AUROC."""
    said = scores > 0
    right = int((said & true).sum())
    precision, recall = right / max(1, int(said.sum())), right / max(1, int(true.sum()))
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    found = {
        "count": len(true), "precision": precision, "recall": recall, "f1": f1,
        "accuracy": float((said == true).mean()), "auroc": auroc(scores, true),
    }  # fmt: skip
    return {name: round(value, 3) for name, value in found.items()}


if __name__ == "__main__":
    main()
