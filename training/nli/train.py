"""Fine-tune the packaged MiniLM into a three-way pair classifier.

    python training/nli/train.py pairs.jsonl OUT --data ../shared/data [--resume]

OUT gets `checkpoint.pt` (what --resume continues from), `weights.safetensors` (last good) and
`log.jsonl`. Stops with the last good weights when the loss is not finite. `--device auto` takes a
GPU where there is one; there `--minutes` are those of the wall.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import torch
from tokenizers import Tokenizer
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parents[1]))
from encoder_training import (
    clock,
    device_named,
    first_and_mean,
    from_step,
    packaged,
    read_bert,
    restored,
    save,
)

LABELS = ("entailment", "neutral", "contradiction")
CONSISTENT = len(LABELS)  # the label of a pair that is one of the first two, whichever
KNOWN = (*LABELS, "consistent")
MAX_TOKENS = 96
LOOK_EVERY = {"cpu": 1, "cuda": 50}  # steps between looks at the loss, which a GPU has to wait for
Encoded = tuple[list[int], list[int], int]  # token ids, token types, label


class PairClassifier(torch.nn.Module):
    """BERT, then one linear layer on the first token's state beside the mean of all states."""

    def __init__(self, source: Path) -> None:
        super().__init__()
        self.bert = read_bert(source)
        self.head = torch.nn.Linear(2 * self.bert.config.hidden_size, len(LABELS))

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(first_and_mean(self.bert, ids, types, mask))
        return logits


@dataclass(frozen=True)
class Plan:
    """Steps of a training, and where it writes."""

    out: Path
    steps: int
    rate: float
    batch: int
    every: int
    smoothing: float
    minutes: float  # of processor time a thread: the rate falls to nothing by then


def encoder(source: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


def encode(file: Path, tokenizer: Tokenizer) -> list[Encoded]:
    """The pairs of a JSON-lines file as token ids."""
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    made = tokenizer.encode_batch([(row["premise"], row["hypothesis"]) for row in rows])
    return [
        (one.ids, one.type_ids, KNOWN.index(row["label"]))
        for one, row in zip(made, rows, strict=True)
    ]


@dataclass(frozen=True)
class Pairs:
    """All pairs on the device, so that a batch is a gather: ids (pairs, tokens) and labels there,
    and here how many tokens each has in all and in its first text."""

    ids: torch.Tensor
    labels: torch.Tensor
    firsts: torch.Tensor
    sizes: Sequence[int]

    @classmethod
    def of(cls, rows: Sequence[Encoded], device: torch.device) -> Pairs:
        """The encoded pairs."""
        sizes = [len(ids) for ids, _, _ in rows]
        width = max(sizes, default=0)
        ids = torch.tensor([one + [0] * (width - len(one)) for one, _, _ in rows])
        firsts = torch.tensor([types.count(0) for _, types, _ in rows])
        labels = torch.tensor([label for _, _, label in rows])
        return cls(ids.to(device), labels.to(device), firsts.to(device), sizes)

    def batch(self, rows: Sequence[int]) -> tuple[torch.Tensor, ...]:
        """Padded ids, types, mask, and labels."""
        device = self.ids.device
        at = torch.tensor(rows).to(device, non_blocking=True)
        sizes = torch.tensor([self.sizes[row] for row in rows]).to(device, non_blocking=True)
        places = torch.arange(max(self.sizes[row] for row in rows), device=device)
        mask = places < sizes[:, None]
        types = mask & (places >= self.firsts[at][:, None])
        return self.ids[at, : len(places)].long(), types.long(), mask.long(), self.labels[at]


def autocast(device: torch.device) -> torch.autocast:
    """Products in bfloat16."""
    return torch.autocast(device.type, dtype=torch.bfloat16)


def loss_of(logits: torch.Tensor, labels: torch.Tensor, smoothing: float) -> torch.Tensor:
    """Cross-entropy; of a consistent pair that of being no contradiction."""
    certain = functional.cross_entropy(
        logits, labels.clamp(max=CONSISTENT - 1), reduction="none", label_smoothing=smoothing
    )
    either = logits.logsumexp(-1) - logits[:, : CONSISTENT - 1].logsumexp(-1)
    return torch.where(labels == CONSISTENT, either, certain).mean()


@torch.no_grad()
def probabilities(model: PairClassifier, pairs: Pairs, size: int = 256) -> torch.Tensor:
    """Three for every pair, in their order."""
    model.eval()
    order = sorted(range(len(pairs.sizes)), key=lambda row: pairs.sizes[row])
    found = torch.zeros(len(order), len(LABELS))
    for at in range(0, len(order), size):
        some = order[at : at + size]
        *inputs, _ = pairs.batch(some)
        with autocast(pairs.ids.device):
            logits = model(*inputs)
        found[some] = logits.float().softmax(-1).cpu()
    model.train()
    return found


def figures(model: PairClassifier, pairs: Pairs) -> tuple[float, float]:
    """Share of pairs with the right label, and the chance that a contradiction scores above one of
    the others."""
    found, labels = probabilities(model, pairs), pairs.labels.cpu()
    right = float((found.argmax(-1) == labels).float().mean())
    clash, rest = found[labels == 2, 2], found[labels != 2, 2].sort().values
    below = (torch.searchsorted(rest, clash) + torch.searchsorted(rest, clash, right=True)) / 2
    return right, float(below.mean()) / max(1, len(rest))


def train(
    model: PairClassifier, pairs: Pairs, tests: dict[str, Pairs], plan: Plan, seed: int,
    resume: bool,
) -> None:  # fmt: skip
    """AdamW with a linear warm-up and decay, in bfloat16 products."""
    device = pairs.ids.device
    # Words keep their vectors: those that the pairs do not have stay in place beside those they do.
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    decayed = [p for p in model.parameters() if p.ndim > 1 and p.requires_grad]
    flat = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": flat, "weight_decay": 0.0}],
        lr=plan.rate,
        fused=True,
    )
    began = clock(device)
    step, before = restored(plan.out, model, optimiser) if resume else (0, 0.0)
    log = (plan.out / "log.jsonl").open("a", encoding="utf-8")
    recent: list[torch.Tensor] = []
    rows = range(len(pairs.sizes))
    for batch in from_step(rows, pairs.sizes.__getitem__, plan.batch, seed, step):
        done = max(step / plan.steps, (before + clock(device) - began) / (60 * plan.minutes))
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * min(1.0, (step + 1) / 200) * max(0.02, 1 - done)
        ids, types, mask, labels = pairs.batch(batch)
        with autocast(device):
            logits = model(ids, types, mask)
        loss = loss_of(logits.float(), labels, plan.smoothing)
        look = step % LOOK_EVERY[device.type] == 0 or (step + 1) % plan.every == 0
        if look and not math.isfinite(loss.item()):
            raise SystemExit(f"The loss is {loss.item()} at step {step}; the last good is kept.")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        recent.append(loss.detach())
        if step % plan.every == 0:
            seconds = before + clock(device) - began
            _note(log, model, tests, step, _mean(recent), seconds)
            save(plan.out, model, {"optimiser": optimiser.state_dict(), "step": step,
                                   "seconds": seconds})  # fmt: skip
            recent.clear()
    seconds = before + clock(device) - began
    _note(log, model, tests, step, _mean(recent), seconds)
    state = {"optimiser": optimiser.state_dict(), "step": step, "seconds": seconds}
    save(plan.out, model, state)


def _note(
    log: TextIO, model: PairClassifier, tests: dict[str, Pairs], step: int, loss: float,
    seconds: float,
) -> None:  # fmt: skip
    found = {name: [round(one, 4) for one in figures(model, test)] for name, test in tests.items()}
    line = json.dumps({"step": step, "loss": round(loss, 4), **found, "seconds": round(seconds)})
    print(line, file=log, flush=True)
    print(line, flush=True)


def _mean(losses: list[torch.Tensor]) -> float:
    return float(torch.stack(losses).mean()) if losses else 0.0


def main() -> None:
    """Train and print the log."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pairs", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--tests", type=Path, nargs="*", default=[], help="JSON lines to watch")
    parser.add_argument("--epochs", type=float, default=2.0)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--every", type=int, default=500)
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="auto", help="cpu, cuda, or auto: cuda if it is there")
    parser.add_argument("--start", type=Path, help="weights.safetensors to go on from")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    source = packaged()
    tokenizer = encoder(source)
    device = device_named(options.device)
    pairs = Pairs.of(encode(options.pairs, tokenizer), device)
    tests = {file.stem: Pairs.of(encode(file, tokenizer), device) for file in options.tests}
    model = PairClassifier(source)
    if options.start:
        from safetensors.torch import load_file

        model.load_state_dict(load_file(str(options.start)))
    model.to(device).train()
    steps = int(options.epochs * len(pairs.sizes) / options.batch)
    plan = Plan(options.out, steps, options.rate, options.batch, options.every,
                options.smoothing, options.minutes)  # fmt: skip
    train(model, pairs, tests, plan, options.seed, options.resume)


if __name__ == "__main__":
    main()
