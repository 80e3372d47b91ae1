"""Train the response-selection head on dialogue without personas.

    python training/selection/train.py DATA WORK [--out FOLDER]

DATA is the folder of shared data sets; used are 10,000 turns of RCDG (PersonaChat training
triples, MIT): context and response, never the persona. The head is one matrix on the embedder's
vector of the context; the score of a response is its product with the response's vector. In-batch
negatives in both directions, AdamW in numpy. The last 500 turns are kept to measure.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from heads import Floats, embed, write_head

NAME = "personae-selection-minilm-bilinear"
HELD = 500
SHARPNESS = 10.0  # of the softmax over a batch
NEGATIVES = 19


def main() -> None:
    """Train, write, and print the figures of the model card as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--drop", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    contexts, responses = (
        (options.data / "dnli-excerpt" / name).read_text("utf-8").splitlines()
        for name in ("src-train.txt", "tgt-train.txt")
    )
    vectors = embed([*contexts, *responses], options.work / "vectors.npz", options.threads)
    c = np.stack([vectors[text] for text in contexts])
    r = np.stack([vectors[text] for text in responses])
    identity = np.eye(c.shape[1], dtype=np.float32)
    report = {"turns": len(c) - HELD, "cosine p@1": p_at_1(identity, c[-HELD:], r[-HELD:])}
    head = train(c[:-HELD], r[:-HELD], options)
    report["head p@1"] = p_at_1(head, c[-HELD:], r[-HELD:])
    if options.out:
        zeros = np.zeros(head.shape[1], dtype=np.float32)
        report["bytes"] = write_head(options.out, NAME, [(head, zeros)])
    print(json.dumps(report, indent=1))


def train(c: Floats, r: Floats, options: argparse.Namespace) -> Floats:
    """The matrix after `epochs` passes; starts as the identity, which is the cosine."""
    rng = np.random.default_rng(options.seed)
    head = np.eye(c.shape[1], dtype=np.float32)
    first, second = np.zeros_like(head), np.zeros_like(head)
    steps = options.epochs * (len(c) // options.batch)
    for step in range(1, steps + 1):
        at = rng.choice(len(c), options.batch, replace=False)
        gradient = gradient_of(head, dropped(c[at], rng, options), dropped(r[at], rng, options))
        if not math.isfinite(float(gradient.sum())):
            raise SystemExit(f"The gradient is not finite at step {step}.")
        first = 0.9 * first + 0.1 * gradient
        second = 0.98 * second + 0.02 * gradient * gradient
        rate = options.rate * min(1.0, step / 50) * max(0.02, 1 - step / steps)
        change = (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.98**step)) + 1e-8)
        head = head - np.float32(rate) * change
    return head


def gradient_of(head: Floats, c: Floats, r: Floats) -> Floats:
    """Of the cross-entropy of the right response among the batch's, and of the right context."""
    scores = SHARPNESS * (c @ head) @ r.T
    wrong = (softmax(scores, 1) + softmax(scores, 0)) / 2 - np.eye(len(c), dtype=np.float32)
    return c.T @ (SHARPNESS / len(c) * wrong) @ r


def softmax(scores: Floats, axis: int) -> Floats:
    """Along one axis."""
    shifted = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return shifted / shifted.sum(axis=axis, keepdims=True)


def dropped(vectors: Floats, rng: np.random.Generator, options: argparse.Namespace) -> Floats:
    """Some coordinates left out, the rest enlarged."""
    kept = rng.random(vectors.shape, dtype=np.float32) >= options.drop
    return vectors * kept / np.float32(1 - options.drop)


def p_at_1(head: Floats, c: Floats, r: Floats) -> float:
    """Share of contexts whose response goes before 19 random ones."""
    rng = np.random.default_rng(9)
    scores = (c @ head) @ r.T
    right = 0
    for at, row in enumerate(scores):
        others = rng.permutation(np.delete(np.arange(len(r)), at))[:NEGATIVES]
        right += bool(row[at] > row[others].max())
    return round(right / len(c), 4)


if __name__ == "__main__":
    main()
