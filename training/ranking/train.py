"""Train the packaged MiniLM to tell which reply follows a dialogue.

    python training/ranking/train.py WORK OUT [--resume]
    python training/ranking/train.py WORK OUT --start BARE/weights.safetensors --prompts

The first form trains on dialogues without personas, the second goes on with persona prompts, the
lower layers frozen. The loss is the cross-entropy of the gold reply among those of its list. OUT
gets `checkpoint.pt` (what --resume continues from), `weights.safetensors` and `log.jsonl`.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
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

from personae.encoders.ranking import layout_of

# Token ids, token types, and the bilinear score and the nearest statement's cosine.
Row = tuple[list[int], list[int], tuple[float, float]]
List = list[Row]
MIX = 5.0  # of both numbers at the start
MIX_RATE = 50.0  # times the rate of the others: two numbers have a long way to go


class Ranker(torch.nn.Module):
    """BERT, one number from the first token's state beside the mean of all states, and the mix.

    The mix adds what the frozen vectors say: the bilinear score and, with prompts, the cosine.
    """

    def __init__(self, source: Path) -> None:
        super().__init__()
        self.bert = read_bert(source)
        self.head = torch.nn.Linear(2 * self.bert.config.hidden_size, 1)
        self.mix = torch.nn.Linear(2, 1, bias=False)
        torch.nn.init.constant_(self.mix.weight, MIX)

    def forward(
        self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor, added: torch.Tensor
    ) -> torch.Tensor:
        scores: torch.Tensor = self.head(first_and_mean(self.bert, ids, types, mask))
        return scores[:, 0] + self.mix(added)[:, 0]


@dataclass(frozen=True)
class Plan:
    """How long a training runs, and where it writes."""

    out: Path
    steps: int
    rate: float
    batch: int
    every: int
    minutes: float  # of processor time a thread: the rate falls to nothing by then


def read_lists(file: Path, tokenizer: Tokenizer, is_prompted: bool) -> list[List]:
    """The lists of a file as token ids."""
    layout = layout_of(tokenizer)
    return [
        [
            (
                *layout.row(row["turns"], reply, told if is_prompted else ()),
                (follows, near if is_prompted else 0.0),
            )
            for reply, told, follows, near in zip(
                row["replies"], row["told"], row["follows"], row["near"], strict=True
            )
        ]
        for row in map(json.loads, file.read_text("utf-8").splitlines())
    ]


def collate(rows: Sequence[Row]) -> tuple[torch.Tensor, ...]:
    """Padded ids, types, mask, and what is added."""
    return *padded(rows), torch.tensor([added for _, _, added in rows])


@torch.no_grad()
def p_at_1(model: Ranker, lists: Sequence[List]) -> float:
    """Share of lists whose first reply has the highest score."""
    model.eval()
    right = 0
    for one in lists:
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores = model(*collate(one)).float()
        right += bool(scores[0] > scores[1:].max())
    model.train()
    return right / max(1, len(lists))


def freeze(model: Ranker, layers: int) -> None:
    """Words keep their vectors, so that the embedder's file has them; and so the lower layers."""
    model.bert.embeddings.word_embeddings.weight.requires_grad_(False)
    if layers:
        model.bert.embeddings.requires_grad_(False)
    for layer in model.bert.encoder.layer[:layers]:
        layer.requires_grad_(False)


def train(
    model: Ranker, lists: Sequence[List], tests: Sequence[List], plan: Plan, seed: int, resume: bool
) -> None:
    """AdamW with a linear warm-up and decay, in bfloat16 products."""
    mix = model.mix.weight
    taught = [p for p in model.parameters() if p.requires_grad and p is not mix]
    optimiser = torch.optim.AdamW(
        [{"params": [p for p in taught if p.ndim > 1], "weight_decay": 0.01},
         {"params": [p for p in taught if p.ndim <= 1], "weight_decay": 0.0},
         {"params": [mix], "weight_decay": 0.0, "times": MIX_RATE}],
        lr=plan.rate, fused=True,
    )  # fmt: skip
    began = clock()
    step, before = restored(plan.out, model, optimiser) if resume else (0, 0.0)
    recent: list[float] = []
    for batch in from_step(lists, _width, plan.batch, seed, step):
        done = max(step / plan.steps, (before + clock() - began) / (60 * plan.minutes))
        if done >= 1:
            break
        for group in optimiser.param_groups:
            speed = min(1.0, (step + 1) / 60) * max(0.02, 1 - done)
            group["lr"] = plan.rate * speed * group.get("times", 1.0)
        loss = loss_of(model, batch)
        if not math.isfinite(loss.item()):
            raise SystemExit(f"The loss is {loss.item()} at step {step}; the last good is kept.")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(taught, 1.0)
        optimiser.step()
        step += 1
        recent.append(loss.item())
        if step % plan.every == 0:
            note(plan.out, model, tests[:100], step, recent, before + clock() - began)
            save(plan.out, model, {"optimiser": optimiser.state_dict(), "step": step,
                                   "seconds": before + clock() - began})  # fmt: skip
            recent = []
    seconds = before + clock() - began
    note(plan.out, model, tests, step, recent, seconds)
    save(plan.out, model, {"optimiser": optimiser.state_dict(), "step": step, "seconds": seconds})


def loss_of(model: Ranker, batch: Sequence[List]) -> torch.Tensor:
    """Cross-entropy of the gold reply, the first of its list."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        scores = model(*collate([row for one in batch for row in one]))
    wide = scores.float().view(len(batch), -1)
    return torch.nn.functional.cross_entropy(wide, torch.zeros(len(batch), dtype=torch.long))


def note(
    out: Path, model: Ranker, tests: Sequence[List], step: int, recent: Sequence[float],
    seconds: float,
) -> None:  # fmt: skip
    """One line of the log: the mean loss since the last, and p@1 on development lists."""
    line = json.dumps(
        {"step": step, "loss": round(sum(recent) / max(1, len(recent)), 4),
         "lists": len(tests), "p@1": round(p_at_1(model, tests), 4), "seconds": round(seconds),
         "mix": [round(one, 3) for one in model.mix.weight[0].tolist()]}
    )  # fmt: skip
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        print(line, file=log)
    print(line, flush=True)


def _width(one: List) -> int:
    return max(len(ids) for ids, _, _ in one)


def main() -> None:
    """Train and print the log."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path, help="has train.jsonl and development.jsonl")
    parser.add_argument("out", type=Path)
    parser.add_argument("--prompts", action="store_true", help="tell the persona")
    parser.add_argument("--start", type=Path, help="weights.safetensors to go on from")
    parser.add_argument("--frozen", type=int, default=3, help="lower layers kept with --start")
    parser.add_argument("--epochs", type=float, default=1.0)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    source = packaged()
    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    lists, tests = (
        read_lists(options.work / f"{name}.jsonl", tokenizer, options.prompts)
        for name in ("train", "development")
    )
    model = Ranker(source)
    if options.start:
        model.load_state_dict(load_file(str(options.start)), strict=False)
    freeze(model, options.frozen if options.start and options.prompts else 0)
    model.train()
    steps = int(options.epochs * len(lists) / options.batch)
    plan = Plan(options.out, steps, options.rate, options.batch, options.every, options.minutes)
    train(model, lists, tests, plan, options.seed, options.resume)


if __name__ == "__main__":
    main()
