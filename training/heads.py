"""What the recipes of small heads share: vectors kept in a file, AUROC, and the files of a head."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from personae.encoders.embedder import open_embedder
from personae.recipes import head_files

Floats = NDArray[np.float32]
Layers = Sequence[tuple[NDArray[np.floating], NDArray[np.floating]]]


def embed(texts: Sequence[str], kept: Path, threads: int) -> dict[str, Floats]:
    """Vectors by text; what `kept` (an .npz) already has is not computed again."""
    known: dict[str, Floats] = {}
    if kept.exists():
        with np.load(kept, allow_pickle=False) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    if missing:
        known |= dict(zip(missing, open_embedder(threads=threads).embed(missing), strict=True))
        np.savez(kept, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
    return known


def auroc(scores: NDArray[np.floating], positive: NDArray[np.bool_]) -> float:
    """Chance that a positive scores above a negative, ties by half; nan without both."""
    wins, losses = int(positive.sum()), int((~positive).sum())
    if not (wins and losses):
        return float("nan")
    order = np.argsort(scores, kind="stable")
    _, inverse, counts = np.unique(scores[order], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    total = float(ranks[positive[order]].sum()) - wins * (wins + 1) / 2
    return total / (wins * losses)


def auroc_interval(
    scores: NDArray[np.floating], positive: NDArray[np.bool_], groups: Sequence[str]
) -> tuple[float, float]:
    """95 % bootstrap interval over groups (the pairs of one query stay together)."""
    rng = np.random.default_rng(0)
    members: dict[str, list[int]] = {}
    for at, group in enumerate(groups):
        members.setdefault(group, []).append(at)
    parts = [np.array(part) for part in members.values()]
    drawn = []
    for _ in range(200):
        at = np.concatenate([parts[i] for i in rng.integers(0, len(parts), len(parts))])
        drawn.append(auroc(scores[at], positive[at]))
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return round(float(low), 3), round(float(high), 3)


def write_head(out: Path, name: str, layers: Layers) -> int:
    """Write a head on the shipped embedder's vectors; gives the size in bytes."""
    return head_files.write_head(out, name, layers, open_embedder().fingerprint)
