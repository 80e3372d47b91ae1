"""Train an adapter on replies in bounds of a role, away from those out of bounds (S073)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from personae.data.role import Role
from personae.errors import InvalidOption
from personae.formats.role_turns import CHARACTER, USER, LabelledTurn
from personae.media.atomic_file import write_atomically
from personae.recipes.branched_sequence import Branch, BranchedSequence, branched
from personae.recipes.logistic import folds_of
from personae.recipes.lora_training import (
    Artifact,
    Plan,
    Report,
    export,
    load_base,
    log_likelihoods,
    token_encoder,
    train,
    unlikelihood_losses,
    with_adapter,
)
from personae.recipes.persona_dialogues import PersonaDialogue
from personae.recipes.role_bounds import labelled_files
from personae.registry import EntryInfo
from personae.text.macros import expand
from personae.text.role_prompt import told_role

ENTRY = EntryInfo(
    systems=("S073",),
    aka=("unlikelihood",),
    paper="Bae et al. 2022, Building a Role Specified Open-Domain Dialogue System Leveraging "
    "Large-Scale Language Models",
    deviations="A LoRA on the embedded model; the unlikelihood is that of tokens, because the "
    "probability of a whole reply is so near 0 that its unlikelihood teaches nothing.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
Held = Literal["test", "validation"]
_VALIDATION_FOLDS = 4  # every fourth dialogue of the training part is the validation part


def role_generator(
    *,
    role: str = "phone-companion",
    labelled: str = "",
    unlikelihood: Annotated[float, Field(ge=0, le=100)] = 0.3,
    budget_tokens: Annotated[int, Field(ge=1, le=10**12)] = 100_000,
    rank: Annotated[int, Field(ge=1, le=256)] = 8,
    rate: Annotated[float, Field(gt=0, lt=1)] = 5e-4,
    accumulate: Annotated[int, Field(ge=1, le=256)] = 2,
    held: Held = "test",
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Likelihood of replies in bounds, and `unlikelihood` times that of those out of bounds.

    `labelled` are files of labelled turns (default: what people wrote for the role). The part that
    they call `test` is only measured: the negative log-likelihood of a token of replies in bounds,
    in nats, and the mean probability of a token of those out of bounds, with and without the
    adapter. `unlikelihood=0` is the baseline: likelihood alone. To choose options take
    `held=validation`: a quarter of the training dialogues is then measured in the place of the test
    part, and not learned from. The recipe is `(data, work, show, resume) -> Artifact`.
    """
    options = {
        "role": role, "labelled": labelled, "unlikelihood": unlikelihood,
        "budget_tokens": budget_tokens, "rank": rank, "rate": rate, "accumulate": accumulate,
        "held": held, "seed": seed,
    }  # fmt: skip

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        from personae.formats.role_file import open_role

        spec, turns = open_role(role), labelled_files(role, labelled, by_people=True)
        work.mkdir(parents=True, exist_ok=True)
        model, tokenizer = load_base()
        encode = token_encoder(tokenizer)
        parts = {
            name: role_sequences(spec, some, encode)
            for name, some in parts_of(turns, held, seed).items()
        }
        if not parts["train"]:
            raise InvalidOption("None of the labelled turns answers a message of the user.")
        plan = Plan(
            work / f"role-generator-{unlikelihood:g}-{held}-seed-{seed}", budget_tokens, rate=rate,
            rank=rank, alpha=2 * rank, accumulate=accumulate, seed=seed, checkpoint_tokens=10_000,
            resume=resume,
        )  # fmt: skip
        adapted = with_adapter(model, plan)
        before = _kept_base(work, adapted, parts["held"], show)
        facts = train(
            adapted, lambda epoch: parts["train"], unlikelihood_losses(unlikelihood), plan,
            lambda done, of, loss: show("training", done, of, f"loss {loss:.3f}"),
        )  # fmt: skip
        after = figures(adapted, parts["held"], show, "measuring")
        facts |= {"sequences": len(parts["train"]), "base": before, "adapter": after}
        return export(adapted, plan.out, "role-generator", options, facts)

    return recipe


def parts_of(turns: Sequence[LabelledTurn], held: Held, seed: int) -> dict[str, list[LabelledTurn]]:
    """What is learned from, and what is measured; dialogues stay on one side."""
    learned = [one for one in turns if one.part != "test"]
    if held == "test":
        return {"train": learned, "held": [one for one in turns if one.part == "test"]}
    fold = folds_of([one.group for one in learned], _VALIDATION_FOLDS, seed)
    told = list(zip(learned, fold, strict=True))
    return {
        "train": [one for one, number in told if number],
        "held": [one for one, number in told if not number],
    }


def _kept_base(
    work: Path, model: Any, held: Sequence[BranchedSequence], show: Report
) -> dict[str, float]:
    """The figures without the adapter, kept in `work`: they are the same for all arms."""
    ids = json.dumps([one.ids for one in held]).encode()
    file = work / f"base-{hashlib.sha256(ids).hexdigest()[:12]}.json"
    if not file.exists():
        with model.disable_adapter():
            found = figures(model, held, show, "measuring the base")
        write_atomically(file, json.dumps(found).encode())
    kept: dict[str, float] = json.loads(file.read_text("utf-8"))
    return kept


def role_sequences(
    role: Role, turns: Sequence[LabelledTurn], encode: Callable[[str], list[int]]
) -> list[BranchedSequence]:
    """One sequence for each history: the role, what was said, and all replies to it as branches.

    A reply that opens the call is no answer and is left out.
    """
    told = expand(told_role(role), char=role.character, user="User")
    histories: dict[tuple[tuple[str, str], ...], list[LabelledTurn]] = {}
    for turn in turns:
        if turn.before and turn.before[-1][0] == USER:
            histories.setdefault(turn.before, []).append(turn)
    found = []
    for before, answers in histories.items():
        said = tuple((who == CHARACTER, text) for who, text in before)
        branches = [Branch(len(before), one.reply, None, is_unwanted=one.is_out) for one in answers]
        dialogue = PersonaDialogue(answers[0].group, (), said)
        found.append(branched(dialogue, branches, encode, system=told, max_tokens=1_024))
    return [one for one in found if one.targets]


def figures(
    model: Any, sequences: Sequence[BranchedSequence], show: Report, stage: str
) -> dict[str, float]:
    """Of tokens of replies: nats of those in bounds, mean probability of those out of bounds."""
    nats, shares = list[float](), list[float]()
    for number, (wanted, unwanted) in enumerate(_told_apart(model, sequences), start=1):
        nats += [-one for one in wanted]
        shares += unwanted
        show(stage, number, len(sequences), "")
    return {
        "in-bounds nats a token": round(sum(nats) / max(1, len(nats)), 4),
        "out-of-bounds probability a token": round(sum(shares) / max(1, len(shares)), 4),
    }


def _told_apart(
    model: Any, sequences: Sequence[BranchedSequence]
) -> Iterator[tuple[list[float], list[float]]]:
    """Log-likelihoods of wanted tokens, probabilities of unwanted ones."""
    import torch

    model.eval()
    for sequence in sequences:
        with torch.no_grad():
            each = log_likelihoods(model, [sequence])
        unwanted = torch.tensor(
            [sequence.branch[i] in sequence.unwanted for i in sequence.learned], device=each.device
        )
        yield each[~unwanted].tolist(), each[unwanted].exp().tolist()
