"""Train one judge on the packed pairs, rate it, and keep its weights without the words.

    python run.py NAME RUNS --seconds 60 --half a --kinds 0123 --rate 3e-4

RUNS/NAME gets `log.jsonl`, `small.safetensors` (half precision) and `result.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

# In the packed folder train.py lies beside this file; in a checkout it is in the folder above.
sys.path.append(str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parents[1]))
import train
from encoder_training import device_named
from safetensors.torch import save_file

HERE = Path(__file__).parent
SHARES = (0.02, 0.05, 0.10)  # of human gold replies that the thresholds flag
RATING_S = 20  # for rating and writing at the end
Sets = dict[str, tuple[train.Pairs, NDArray[np.int64] | None]]


def read(file: Path, device: torch.device, rows: NDArray[np.int64] | None = None) -> train.Pairs:
    """The pairs of a file, or those rows of it."""
    found = np.load(file)
    sizes = found["sizes"].astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    at = np.arange(len(sizes)) if rows is None else rows
    places = np.arange(int(sizes[at].max()))
    inside = places < sizes[at][:, None]
    flat = np.minimum(starts[at][:, None] + places, len(found["ids"]) - 1)
    ids = np.where(inside, found["ids"][flat], 0).astype(np.int16)
    labels, firsts = (found[name][at].astype(np.int64) for name in ("labels", "firsts"))
    return train.Pairs(
        torch.from_numpy(ids).to(device), torch.from_numpy(labels).to(device),
        torch.from_numpy(firsts).to(device), sizes[at].tolist(),
    )  # fmt: skip


def rows_of(file: Path, half: str, kinds: str, limit: int, seed: int) -> NDArray[np.int64]:
    """The pairs of a half and of some kinds; `limit` of them where it is not 0."""
    found = np.load(file)
    wanted = np.isin(found["kinds"], [int(kind) for kind in kinds])
    if half != "all":
        wanted &= found["halves"] == (half == "b")
    rows = np.flatnonzero(wanted)
    if not limit:
        return rows
    return np.sort(np.random.default_rng(seed).permutation(rows)[:limit])


def read_sets(device: torch.device) -> Sets:
    """The evaluation sets, and of clauses the reply that each is of."""
    found: Sets = {}
    for name in ("dnli", "cad", "dnli_clauses", "gold_clauses"):
        file = HERE / f"{name}.npz"
        groups = np.load(file)["groups"].astype(np.int64) if "clauses" in name else None
        found[name] = (read(file, device), groups)
    return found


def worst(values: NDArray[np.float32], groups: NDArray[np.int64]) -> NDArray[np.float32]:
    """The highest value of each group, by its number."""
    found = np.zeros(int(groups.max()) + 1, dtype=values.dtype)
    np.maximum.at(found, groups, values)
    return found[np.unique(groups)]


def rate(model: train.PairClassifier, sets: Sets) -> dict[str, float]:
    """Accuracies and AUROC, and the contradictions found where a share of gold is flagged.

    `score`, by which runs are chosen: accuracy, AUROC, and what is found at 5 %, on Dialogue NLI's
    training part.
    """
    found = {}
    for name in ("dnli", "cad"):
        found[name], found[f"{name} auroc"] = train.figures(model, sets[name][0])

    def clashes(name: str) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        pairs, groups = sets[name]
        assert groups is not None
        scores = train.probabilities(model, pairs)[:, 2].numpy()
        return worst(scores, groups), worst(pairs.labels.cpu().numpy().astype(np.float32), groups)

    gold = np.sort(clashes("gold_clauses")[0])
    scores, labels = clashes("dnli_clauses")
    for share in SHARES:
        cut = gold[len(gold) - 1 - int(share * len(gold))]
        found[f"found {share}"] = float((scores[labels == 2] > cut).mean())
        found[f"others {share}"] = float((scores[labels != 2] > cut).mean())
    found["score"] = found["dnli"] + found["dnli auroc"] + found["found 0.05"]
    return {name: round(value, 4) for name, value in found.items()}


def small(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """The weights that training changes, in half precision."""
    return {
        name: value.half().contiguous().cpu()
        for name, value in model.state_dict().items()
        if "word_embeddings" not in name
    }


def keep(folder: Path, state: dict[str, torch.Tensor], result: dict[str, Any]) -> None:
    """Write weights and figures."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(state, str(folder / "small.safetensors"))
    (folder / "result.json").write_text(json.dumps(result) + "\n")


def fresh(device: torch.device, seed: int) -> train.PairClassifier:
    """The encoder with a new head: the same for a seed, so that runs can be averaged."""
    torch.manual_seed(seed)
    made: train.PairClassifier = train.PairClassifier(HERE / "model").float().to(device).train()
    return made


def main() -> None:
    """Train and rate."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("runs", type=Path)
    parser.add_argument("--seconds", type=float, required=True, help="for all of it")
    parser.add_argument("--half", choices=["all", "a", "b"], default="a")
    parser.add_argument("--kinds", default="0123", help="see kind_of in pack.py")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--rate", type=float, default=3e-4)
    parser.add_argument("--seed", type=int, default=1, help="of the head")
    parser.add_argument("--order", type=int, default=1, help="the seed of the order of the pairs")
    options = parser.parse_args()
    ends = time.monotonic() + options.seconds
    torch.set_num_threads(2)
    device, out = device_named("auto"), options.runs / options.name
    out.mkdir(parents=True, exist_ok=True)
    file = HERE / "pool.npz"
    rows = rows_of(file, options.half, options.kinds, options.limit, options.seed)
    pairs, sets = read(file, device, rows), read_sets(device)
    model = fresh(device, options.seed)
    steps = max(1, int(options.epochs * len(rows) / options.batch))
    minutes = max(0.02, (ends - time.monotonic() - RATING_S) / 60)
    said = {**{name: str(value) for name, value in vars(options).items()}, "pairs": len(rows)}
    print(json.dumps({**said, "steps": steps, "minutes": minutes}), flush=True)
    plan = train.Plan(out, steps, options.rate, options.batch, max(1, steps // 4), 0.05, minutes)
    # No checkpoints: 270 MB each, and a machine that is lent for minutes resumes nothing.
    train.save = lambda *_: None
    train.train(model, pairs, {"cad": sets["cad"][0]}, plan, options.order, False)
    keep(out, small(model), {"name": options.name, "options": said, **rate(model, sets)})
    print("RESULT", (out / "result.json").read_text(), flush=True)


if __name__ == "__main__":
    main()
