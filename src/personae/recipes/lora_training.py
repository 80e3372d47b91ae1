"""Low-rank adapters of a causal language model: one loop with budget, checkpoints and resume.

The base stays frozen in bfloat16; the adapter is peft's, in float32 with bfloat16 products. Work is
counted in tokens that went through the model, so that two arms with one budget cost the same. Where
there is a GPU, the sequences of a step go through it together.
"""

from __future__ import annotations

import json
import math
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar

from personae.errors import EnvironmentFault, InvalidOption, PersonaeError
from personae.media.atomic_file import write_atomically
from personae.recipes.branched_sequence import BranchedSequence, side_by_side

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
OPTIONS = "options.json"
INSTALL_COMMAND = "pip install 'personae[train]'"
_CHECKPOINT_TOKENS = {"cpu": 50_000, "cuda": 2_000_000}
# Padded tokens that go through a GPU at once; on a CPU a sequence alone is fastest.
_TOGETHER = 8_192


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training spends and where it writes. `budget_tokens` go through the model."""

    out: Path
    budget_tokens: int
    rate: float = 1e-3
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    accumulate: int = 4  # sequences a step
    seed: int = 0
    checkpoint_tokens: int = 0  # 0: every few minutes' worth, by device
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Artifact:
    """What a recipe wrote: its folder, and what is known of it."""

    folder: Path
    facts: dict[str, Any]


class Example(Protocol):
    """What a step is made of: its length in tokens, and how many of them are targets."""

    @property
    def targets(self) -> int: ...

    def __len__(self) -> int: ...


E = TypeVar("E", bound=Example)
# (model, the examples of a step) -> losses whose sum is minimised; each is let go of in turn.
Losses: TypeAlias = Callable[[Any, Sequence[E]], Iterator[Any]]
Show = Callable[[int, int, float], None]
Report = Callable[
    [str, int, int, str], None
]  # stage, done, of, remark  # tokens done, budget, mean loss of the last steps


def load_base() -> tuple[Any, Any]:
    """The embedded model's shipped weights in bfloat16, and its tokenizer (padding on the right).

    On a GPU where there is one. Raises EnvironmentFault when the extra `train` or the weights are
    missing.
    """
    require_extra()
    import torch

    from personae.lm.hf import _best_device, _load, _packaged_weights

    model, tokenizer = _load(_packaged_weights(), "float32", "cpu")
    device = _best_device()
    # Dequantised first: kept packed, each product would be made in float32.
    model = model.to(torch.bfloat16).to(device).requires_grad_(False)
    # Eager is a third faster than sdpa's backward on CPUs.
    model.config._attn_implementation = "eager" if device == "cpu" else "sdpa"
    tokenizer.padding_side = "right"
    return model, tokenizer


def require_extra() -> None:
    """Raise EnvironmentFault unless what training needs is installed."""
    import importlib.util

    for package in ("torch", "transformers", "peft", "safetensors"):
        if importlib.util.find_spec(package) is None:
            raise EnvironmentFault(
                f"Training needs the package {package!r}, which is not installed.",
                remedy=INSTALL_COMMAND,
            )


def token_encoder(tokenizer: Any) -> Callable[[str], list[int]]:
    """The tokenizer as a function: control tokens are read as such, nothing is added."""

    @lru_cache(maxsize=200_000)  # epochs say the same again
    def encode(text: str) -> list[int]:
        return list(tokenizer(text, add_special_tokens=False)["input_ids"]) if text else []

    return encode


def export(
    model: Any, folder: Path, recipe: str, options: dict[str, Any], facts: dict[str, Any]
) -> Artifact:
    """Write `peft/`, `adapter.gguf` and `facts.json` into the folder."""
    from personae.recipes.lora_export import save_gguf, save_peft

    save_peft(model, folder / "peft")
    about = {"recipe": recipe, "options": json.dumps(options, sort_keys=True)}
    save_gguf(folder / "peft", folder / "adapter.gguf", model.get_base_model().config, about)
    told = json.dumps({"recipe": recipe, "options": options, **facts}, indent=1)
    (folder / "facts.json").write_text(f"{told}\n", "utf-8")
    return Artifact(folder, facts)


def with_adapter(model: Any, plan: Plan, start: str = "") -> Any:
    """The model with a fresh adapter that does nothing yet, or with one to go on from.

    `start` is the folder that a training wrote, an `adapter.gguf`, or a shipped adapter's name.
    Raises EnvironmentFault when it is none of these, FormatError when it is of another base.
    """
    import torch
    from peft import LoraConfig, PeftModel, get_peft_model

    torch.manual_seed(plan.seed)
    if start and (Path(start) / "peft" / "adapter_config.json").is_file():
        return PeftModel.from_pretrained(model, str(Path(start) / "peft"), is_trainable=True)
    if start:
        return _with_exported(model, _exported(start))
    config = LoraConfig(
        r=plan.rank, lora_alpha=plan.alpha, lora_dropout=plan.dropout,
        target_modules=list(TARGETS), task_type="CAUSAL_LM",
    )  # fmt: skip
    return get_peft_model(model, config)


def _exported(start: str) -> Path:
    """The checked GGUF adapter that `start` names. Raises EnvironmentFault when there is none."""
    from personae.lm.adapters import FILE_NAME, checked_adapters, shipped_adapters
    from personae.lm.weights import WEIGHTS_SHA256

    path = Path(start).expanduser()
    file = path / FILE_NAME if path.is_dir() else path
    if file.is_file():
        return checked_adapters([file], WEIGHTS_SHA256)[0].file
    shipped = {one.name: one.file for one in shipped_adapters()}
    if start in shipped:
        return shipped[start]
    raise EnvironmentFault(
        f"There is no trained adapter in {start} (no peft folder, no {FILE_NAME}), and none of "
        f"that name ships ({', '.join(shipped)} do)."
    )


def _with_exported(model: Any, file: Path) -> Any:
    import torch
    from peft import LoraConfig, get_peft_model, set_peft_model_state_dict

    from personae.recipes.lora_export import load_gguf

    tensors, rank, alpha = load_gguf(file, model.config)
    config = LoraConfig(
        r=rank, lora_alpha=int(alpha), target_modules=list(TARGETS), task_type="CAUSAL_LM"
    )
    adapted = get_peft_model(model, config)
    set_peft_model_state_dict(
        adapted, {name: torch.from_numpy(values) for name, values in tensors.items()}
    )
    return adapted


def require_same_options(folder: Path, options: dict[str, Any], resume: bool) -> None:
    """Note the options in the folder; a checkpoint of others is not gone on from.

    Raises InvalidOption that names what differs.
    """
    file = folder / OPTIONS
    if resume and (folder / CHECKPOINT).exists() and file.exists():
        before = json.loads(file.read_text("utf-8"))
        # What an older version did not know of cannot differ.
        known = [name for name in options if name in before]
        other = [f"{name}={before[name]}" for name in known if before[name] != options[name]]
        if other:
            raise InvalidOption(
                f"The checkpoint in {folder} is of a training with {', '.join(other)}: ask for "
                "that, or take another --work, or --restart to forget it."
            )
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(file, f"{json.dumps(options, indent=1)}\n".encode())


def train(
    model: Any, examples: Callable[[int], Sequence[E]], losses: Losses[E], plan: Plan, show: Show
) -> dict[str, Any]:
    """Train the adapter until the budget is spent; returns the log's last line.

    `examples(epoch)` are those of an epoch. Stops with PersonaeError when the loss is not finite:
    the last checkpoint is the last good one. With `plan.resume` it goes on from that.
    """
    import torch

    plan.out.mkdir(parents=True, exist_ok=True)
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=plan.rate, weight_decay=0.0)
    state = _Progress()
    if plan.resume and (plan.out / CHECKPOINT).exists():
        state = _restore(plan.out / CHECKPOINT, weights, optimiser)
    torch.manual_seed(plan.seed + state.step)
    model.train()
    every = plan.checkpoint_tokens or _CHECKPOINT_TOKENS.get(weights[0].device.type, 50_000)
    kept_at, recent, began = state.tokens, list[float](), time.process_time()
    for group in _groups(examples, plan, state):
        if state.tokens >= plan.budget_tokens:
            break
        done = state.tokens / plan.budget_tokens
        for one in optimiser.param_groups:
            one["lr"] = plan.rate * min(1.0, (state.step + 1) / 20) * max(0.02, 1 - done)
        loss = _step(losses(model, group), weights, optimiser)
        if not math.isfinite(loss):
            raise PersonaeError(
                f"The loss is {loss} after {state.tokens} tokens. The last good state is in "
                f"{plan.out / CHECKPOINT}; train again from there with a lower rate."
            )
        recent.append(loss)
        state.step += 1
        state.sequences += len(group)
        state.tokens += sum(map(len, group))
        state.learned += sum(one.targets for one in group)
        show(state.tokens, plan.budget_tokens, sum(recent[-20:]) / len(recent[-20:]))
        if state.tokens - kept_at >= every:
            kept_at = state.tokens
            state.seconds += time.process_time() - began
            began = time.process_time()
            _keep(plan, weights, optimiser, state, recent)
            recent.clear()
    state.seconds += time.process_time() - began
    return _keep(plan, weights, optimiser, state, recent)


@dataclass(slots=True)
class _Progress:
    step: int = 0
    sequences: int = 0
    tokens: int = 0
    learned: int = 0
    seconds: float = 0.0
    losses: int = 0


def _groups(
    examples: Callable[[int], Sequence[E]], plan: Plan, state: _Progress
) -> Iterator[list[E]]:
    """Steps of epoch after epoch; those already done are passed over, so that resuming repeats."""
    passed = 0
    for epoch in range(1_000):
        order = [one for one in examples(epoch) if one.targets]
        random.Random(f"{plan.seed}/{epoch}").shuffle(order)
        if not order:
            raise PersonaeError("There is nothing to train on.")
        for at in range(0, len(order), plan.accumulate):
            group = order[at : at + plan.accumulate]
            passed += len(group)
            if passed > state.sequences:
                yield group


def likelihood_losses(model: Any, group: Sequence[BranchedSequence]) -> Iterator[Any]:
    """Supervised tuning: the mean over all targets of the group."""
    targets = sum(one.targets for one in group)
    for part in _together(model, group):
        yield -log_likelihoods(model, part).sum() / targets


def contrasted_losses(weight: float) -> Losses[BranchedSequence]:
    """The likelihood of all branches, and `weight` times how well each tells its score.

    A branch and its contrast hold one reply y under two scores: log σ(log p(y|s) − log p(y|s′)) is
    the likelihood that y was written for s and not for s′, which the same conditional maximises.
    What the reply is about is in both terms and cancels, so that the score alone is learned from.
    """

    def losses(model: Any, group: Sequence[BranchedSequence]) -> Iterator[Any]:
        import torch

        targets = sum(one.branch[i] >= 0 for one in group for i in one.learned)
        for part in _together(model, group):
            each = log_likelihoods(model, part)
            numbers = [(n, one.branch[i]) for n, one in enumerate(part) for i in one.learned]
            contrasted = sorted({(n, -at) for n, at in numbers if at < 0})
            pairs = {one: k for k, one in enumerate(contrasted)}
            at = torch.tensor([at for _, at in numbers], device=each.device)
            of = torch.tensor(
                [pairs.get((n, abs(at)), -1) for n, at in numbers], device=each.device
            )
            signed = torch.where(at < 0, -each, each)[of >= 0]
            margins = each.new_zeros(len(pairs)).index_add(0, of[of >= 0], signed)
            telling = torch.nn.functional.logsigmoid(margins).sum()
            yield -(each[at >= 0].sum() + weight * telling) / targets

    return losses


def unlikelihood_losses(weight: float) -> Losses[BranchedSequence]:
    """The likelihood of the branches, and `weight` times the unlikelihood of the unwanted ones.

    −log(1 − p(y)) of each token y of an unwanted reply (Welleck et al. 2020; S073), beside −log p
    of those of all others. Both are means over their tokens in the step.
    """

    def losses(model: Any, group: Sequence[BranchedSequence]) -> Iterator[Any]:
        import torch

        count = [0, 0]
        for sequence in group:
            for at in sequence.learned:
                count[sequence.branch[at] in sequence.unwanted] += 1
        for part in _together(model, group):
            each = log_likelihoods(model, part)
            unwanted = torch.tensor(
                [one.branch[i] in one.unwanted for one in part for i in one.learned],
                device=each.device,
            )
            wanted = -each[~unwanted].sum() / max(1, count[0])
            # A token that is certain must not have an infinite loss.
            shares = each[unwanted].exp().clamp(max=1 - 1e-4)
            yield wanted - weight * torch.log1p(-shares).sum() / max(1, count[1])

    return losses


def _together(
    model: Any, group: Sequence[BranchedSequence]
) -> Iterator[Sequence[BranchedSequence]]:
    """Parts of a step that go through the model at once: one sequence, on a GPU many."""
    if model.device.type == "cuda":
        return packed(sorted(group, key=len), _TOGETHER)
    return ([one] for one in group)


def packed(sequences: Iterable[BranchedSequence], room: int) -> Iterator[list[BranchedSequence]]:
    """Neighbours side by side, as many as have at most `room` tokens with their padding."""
    part: list[BranchedSequence] = []
    for one in sequences:
        if part and max(map(len, [*part, one])) * (len(part) + 1) > room:
            yield part
            part = []
        part.append(one)
    yield part


def _step(losses: Iterator[Any], weights: Any, optimiser: Any) -> float:
    import torch

    total = 0.0
    for loss in losses:
        total += float(loss.detach())
        loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(weights, 1.0)
    if not math.isfinite(total + float(norm)):
        return math.nan  # before the step, so that the weights stay good
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return total


def log_likelihoods(
    model: Any, sequences: Sequence[BranchedSequence], dtype: str = "bfloat16"
) -> Any:
    """The log-likelihood of each target in nats, of one sequence after the other, as one tensor.

    Products are made in `dtype`.
    """
    import torch
    from peft.helpers import disable_input_dtype_casting

    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    device = inner.device
    batch = side_by_side(sequences, device)
    blocked = torch.zeros(batch.sees.shape, dtype=getattr(torch, dtype), device=device)
    blocked.masked_fill_(~batch.sees, -1e9)
    rounded = torch.autocast(device.type, dtype=torch.bfloat16, enabled=dtype == "bfloat16")
    with rounded, disable_input_dtype_casting(model):
        states = inner.model(
            input_ids=batch.ids,
            position_ids=batch.positions,
            attention_mask=blocked,
            use_cache=False,
        ).last_hidden_state
        logits = inner.lm_head(states.flatten(0, 1)[batch.sources])
    targets = batch.ids.flatten()[batch.learned]
    return -torch.nn.functional.cross_entropy(logits.float(), targets, reduction="none")


def _keep(
    plan: Plan, weights: Any, optimiser: Any, state: _Progress, recent: Sequence[float]
) -> dict[str, Any]:
    """Checkpoint, replaced in one step, and a line in the log."""
    import torch

    fresh = plan.out / f"{CHECKPOINT}.new"
    torch.save(
        {
            "weights": [one.detach() for one in weights],
            "optimiser": optimiser.state_dict(),
            "progress": [state.step, state.sequences, state.tokens, state.learned, state.seconds],
        },
        fresh,
    )
    fresh.replace(plan.out / CHECKPOINT)
    line = {
        "step": state.step, "sequences": state.sequences, "tokens": state.tokens,
        "learned_tokens": state.learned, "seconds": round(state.seconds),
        "loss": round(sum(recent) / len(recent), 4) if recent else None,
    }  # fmt: skip
    with (plan.out / LOG).open("a", encoding="utf-8") as log:
        print(json.dumps(line), file=log)
    return line


def _restore(file: Path, weights: Any, optimiser: Any) -> _Progress:
    import torch

    kept = torch.load(file, weights_only=True)
    with torch.no_grad():
        for weight, value in zip(weights, kept["weights"], strict=True):
            weight.copy_(value)
    optimiser.load_state_dict(kept["optimiser"])
    return _Progress(*kept["progress"])
