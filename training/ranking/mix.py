"""Fit how much the frozen vectors count beside the cross-encoder, on development lists.

    python training/ranking/mix.py WORK FOLDER [--lists N] [--threads N]

Training lists have hard negatives, real ones mostly easy: the mix that training ends with is off.
Fitted are two numbers for each output (of the bilinear score and of the cosine; bare: no cosine) by
the cross-entropy of the gold reply among the 20 of a development list. Writes them into FOLDER's
manifest.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from personae.encoders.heads import softmax
from personae.encoders.ranking import OUTPUTS, open_ranker
from personae.recipes.descent import adam

Array = NDArray[np.float64]
STEPS, RATE = 400, 0.1


def fitted(features: Array) -> tuple[Array, float]:
    """The weights of (lists, replies, numbers) that make the first replies likeliest, and p@1."""

    def gradients_at(now: Sequence[Array], step: int) -> list[Array]:
        chance = softmax(features @ now[0])
        chance[:, 0] -= 1
        return [(chance[..., None] * features).sum(axis=(0, 1)) / len(features)]

    (weights,) = adam([np.ones(features.shape[2])], gradients_at, STEPS, rate=RATE)
    scores = features @ weights
    return weights, float((scores[:, 0] > scores[:, 1:].max(axis=1)).mean())


def own_scores(ranker: Any, rows: Sequence[dict[str, Any]], output: str) -> Array:
    """What the cross-encoder alone gives the replies of each list."""
    laid = [
        ranker.layout.row(row["turns"], reply, told if output == "tuned" else ())
        for row in rows
        for reply, told in zip(row["replies"], row["told"], strict=True)
    ]
    return np.asarray(ranker._run(laid, output)).reshape(len(rows), -1)


def main() -> None:
    """Write the mix and print it with p@1 with and without the cross-encoder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lists", type=int, default=300)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    lines = (options.work / "development.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines[: options.lists]]
    ranker = open_ranker(folder=options.folder, threads=options.threads)
    follows, near = (np.array([row[key] for row in rows]) for key in ("follows", "near"))
    mix = {}
    for output in OUTPUTS:
        own = own_scores(ranker, rows, output)
        known = [follows, near] if output == "tuned" else [follows]
        weights, share = fitted(np.stack([own, *known], axis=2))
        _, without = fitted(np.stack(known, axis=2))
        alone = float((own[:, 0] > own[:, 1:].max(axis=1)).mean())
        if weights[0] <= 0:
            raise SystemExit(f"The {output} cross-encoder says nothing that the vectors do not.")
        mix[output] = [*(float(one) for one in (weights[1:] / weights[0]).round(4)), 0.0][:2]
        print(f"{output}: cross-encoder alone {alone:.3f}, vectors alone {without:.3f}, both "
              f"{share:.3f} of {len(rows)} lists; mix {mix[output]}", flush=True)  # fmt: skip
    file = options.folder / "manifest.json"
    manifest = json.loads(file.read_text("utf-8")) | {"mix": mix}
    file.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
