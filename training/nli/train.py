"""Fine-tune the packaged MiniLM into a three-way pair classifier.

    python training/nli/train.py pairs.jsonl OUT --data ../shared/data [--resume]

OUT gets `checkpoint.pt` (what --resume continues from), `weights.safetensors` (last good) and
`log.jsonl`. Stops with the last good weights when the loss is not finite.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import torch
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).parents[1]))
from encoder_training import (
    clock,
    first_and_mean,
    from_step,
    packaged,
    padded,
    read_bert,
    restored,
    save,
)

LABELS = ("entailment", "neutral", "contradiction")
MAX_TOKENS = 96
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
        (one.ids, one.type_ids, LABELS.index(row["label"]))
        for one, row in zip(made, rows, strict=True)
    ]


def collate(rows: list[Encoded]) -> tuple[torch.Tensor, ...]:
    """Padded ids, types, mask, and labels."""
    return *padded(rows), torch.tensor([label for _, _, label in rows])


@torch.no_grad()
def accuracy(model: PairClassifier, rows: list[Encoded]) -> float:
    """Share of pairs with the right label."""
    model.eval()
    right = 0
    order = sorted(range(len(rows)), key=lambda index: len(rows[index][0]))
    for at in range(0, len(order), 128):
        ids, types, mask, labels = collate([rows[index] for index in order[at : at + 128]])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            right += int((model(ids, types, mask).argmax(-1) == labels).sum())
    model.train()
    return right / max(1, len(rows))


def train(
    model: PairClassifier, rows: list[Encoded], tests: dict[str, list[Encoded]], plan: Plan,
    seed: int, resume: bool,
) -> None:  # fmt: skip
    """AdamW with a linear warm-up and decay, in bfloat16 products."""
    # Words keep their vectors: those that the pairs do not have stay in place beside those they do.
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    decayed = [p for p in model.parameters() if p.ndim > 1 and p.requires_grad]
    flat = [p for p in model.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.01}, {"params": flat, "weight_decay": 0.0}],
        lr=plan.rate,
        fused=True,
    )
    began = clock()
    step, before = restored(plan.out, model, optimiser) if resume else (0, 0.0)
    loss_of = torch.nn.CrossEntropyLoss(label_smoothing=plan.smoothing)
    log = (plan.out / "log.jsonl").open("a", encoding="utf-8")
    recent: list[float] = []
    for batch in from_step(rows, _width, plan.batch, seed, step):
        done = max(step / plan.steps, (before + clock() - began) / (60 * plan.minutes))
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * min(1.0, (step + 1) / 200) * max(0.02, 1 - done)
        ids, types, mask, labels = collate(batch)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = model(ids, types, mask)
        loss = loss_of(logits.float(), labels)
        if not math.isfinite(loss.item()):
            raise SystemExit(f"The loss is {loss.item()} at step {step}; the last good is kept.")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        step += 1
        recent.append(loss.item())
        if step % plan.every == 0:
            seconds = before + clock() - began
            _note(log, model, tests, step, sum(recent) / len(recent), seconds)
            save(plan.out, model, {"optimiser": optimiser.state_dict(), "step": step,
                                   "seconds": seconds})  # fmt: skip
            recent.clear()
    seconds = before + clock() - began
    _note(log, model, tests, step, sum(recent) / max(1, len(recent)), seconds)
    state = {"optimiser": optimiser.state_dict(), "step": step, "seconds": seconds}
    save(plan.out, model, state)


def _note(
    log: TextIO, model: PairClassifier, tests: dict[str, list[Encoded]], step: int,
    loss: float, seconds: float,
) -> None:  # fmt: skip
    found = {name: round(accuracy(model, test), 4) for name, test in tests.items()}
    line = json.dumps({"step": step, "loss": round(loss, 4), **found, "seconds": round(seconds)})
    print(line, file=log, flush=True)
    print(line, flush=True)


def _width(one: Encoded) -> int:
    return len(one[0])


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
    parser.add_argument("--start", type=Path, help="weights.safetensors to go on from")
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    source = packaged()
    tokenizer = encoder(source)
    rows = encode(options.pairs, tokenizer)
    tests = {file.stem: encode(file, tokenizer)[:2000] for file in options.tests}
    model = PairClassifier(source)
    if options.start:
        from safetensors.torch import load_file

        model.load_state_dict(load_file(str(options.start)))
    model.train()
    steps = int(options.epochs * len(rows) / options.batch)
    plan = Plan(options.out, steps, options.rate, options.batch, options.every,
                options.smoothing, options.minutes)  # fmt: skip
    train(model, rows, tests, plan, options.seed, options.resume)


if __name__ == "__main__":
    main()
