"""Train which knowledge and whose statements ground a reply: INFO's poly-encoder (S026)."""

from __future__ import annotations

import base64
import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from personae import places
from personae.draft import Count
from personae.encoders.grounding import COUNTED, DIMENSIONS, count_features, readings
from personae.encoders.token_states import MOST_TOKENS
from personae.errors import EnvironmentFault
from personae.formats.focus import FocusTurn, read_focus, turns_of
from personae.formats.focus_making import made, source_of
from personae.formats.topics import read_topics
from personae.formats.wizard_of_internet import searched_turns
from personae.media.atomic_file import write_atomically
from personae.recipes.lora_training import Artifact, Report
from personae.registry import EntryInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder

ENTRY = EntryInfo(
    systems=("S026",),
    aka=("info-grounding",),
    embedder=True,
    paper="You Truly Understand What I Need: Intellectual and Friendly Dialogue Agents grounding "
    "Knowledge and Persona",
    deviations="The encoder is the frozen MiniLM: codes and a matrix on each side are trained, "
    "separately for knowledge and persona, and a candidate is its sentence vector in the place of "
    "[CLS]; the persona head reads the chosen paragraph too; the count head is trained (the "
    "released code leaves it at chance) and sees the best statements' chances.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
NAME = "personae-info-poly-encoder"
WIZARD = "wizard-of-internet/test.json"
WIZARD_TRAIN, WIZARD_VALID = (0, 250), (250, 300)  # dialogues; the rest is for the test
POSITIVE_WEIGHT = 6.0  # of a statement that is used: the paper's code
START_SCALE = 20.0
BEHIND = -3.0  # so that the question is what is answered


@dataclass(frozen=True, slots=True)
class Rows:
    """Contexts as padded states, and candidates as vectors, for one head."""

    states: NDArray[np.float16]  # (rows, tokens, 384)
    there: NDArray[np.bool_]  # (rows, tokens)
    behind: NDArray[np.bool_]  # (rows, tokens): not of the question itself
    candidates: NDArray[np.float32]  # (rows, candidates, 384)
    right: NDArray[np.float32]  # (rows, candidates)


def info(
    *,
    file: str = "",
    valid: str = "",
    dialogues: Count = 100,
    wizard: bool = True,
    codes: Annotated[int, Field(ge=0, le=64)] = 16,
    epochs: Count = 3,
    batch: Count = 32,
    rate: Annotated[float, Field(gt=0, le=1)] = 2e-4,
    decay: Annotated[float, Field(ge=0, le=10)] = 0.02,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Train the two heads and the count head on FoCus files, or on dialogues made of our places.

    `file` and `valid` are FoCus files (default: `dialogues` made from the train and valid parts of
    the shipped articles). `wizard` adds searched turns of Wizard of the Internet, where the data
    folder has them. The epoch that has the least loss on the valid part is kept. `codes=0`
    trains a bi-encoder in its place. Raises EnvironmentFault without torch.
    """

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        from personae.encoders.embedder import open_embedder

        _need_torch()
        work.mkdir(parents=True, exist_ok=True)
        embedder = open_embedder()
        parts = [_turns(file, "train", dialogues, seed), _turns(valid, "valid", dialogues // 4, 7)]
        searched = [list[FocusTurn](), list[FocusTurn]()]
        if wizard and (data / WIZARD).exists():
            ranges = (WIZARD_TRAIN, WIZARD_VALID)
            searched = [searched_turns(data / WIZARD, *one, seed) for one in ranges]
        rows = {
            "knowledge": [
                rows_of(knowledge_examples([*one, *more]), embedder)
                for one, more in zip(parts, searched, strict=True)
            ],
            "persona": [rows_of(persona_examples(one), embedder) for one in parts],
        }
        show("reading", 1, 1, f"{len(rows['knowledge'][0].states)} turns")
        weights: dict[str, Any] = {}
        facts: dict[str, Any] = {}
        for name, (train, held) in rows.items():
            found, log = taught(
                train, held, is_one=name == "knowledge", codes=codes, epochs=epochs, batch=batch,
                rate=rate, decay=decay, seed=seed, show=partial(show, name),
            )  # fmt: skip
            weights |= {f"{name}.{key}": value for key, value in found.items()}
            facts |= {f"{name} valid": log[1], f"{name} untrained": log[0]}
        counted, share = count_head(weights, rows["persona"][0], rows["persona"][1])
        write(weights | counted, work / "weights", embedder)
        return Artifact(work / "weights", {**facts, "count valid": share})

    return recipe


def _need_torch() -> None:
    from importlib.util import find_spec

    if find_spec("torch") is None:
        raise EnvironmentFault("Training needs torch.", remedy="pip install 'personae[train]'")


def _turns(file: str, split: Any, number: int, seed: int) -> list[FocusTurn]:
    if file:
        dialogues = list(read_focus(Path(file).expanduser()))
    else:
        dialogues = list(made(source_of(read_topics(places.FILE), split), number, seed))
    return [turn for one in dialogues for turn in turns_of(one)]


Example = tuple[tuple[str, str], tuple[str, ...], tuple[float, ...]]


def knowledge_examples(turns: Sequence[FocusTurn]) -> list[Example]:
    """The question with what was said before, candidates, and which of them is right."""
    return [
        (
            (one.question, one.before),
            one.candidates,
            tuple(float(at == one.gold) for at in range(len(one.candidates))),
        )
        for one in turns
    ]


def persona_examples(turns: Sequence[FocusTurn]) -> list[Example]:
    """The question with the right paragraph, statements, and which are used."""
    return [
        ((one.question, one.candidates[one.gold]), one.persona,
         tuple(map(float, one.grounding)))
        for one in turns if one.persona
    ]  # fmt: skip


def rows_of(examples: Sequence[Example], embedder: Embedder) -> Rows:
    """The examples as arrays; those with fewer candidates are filled up with zero vectors."""
    import numpy as np

    found = readings([one[0] for one in examples])
    width = max(len(one[1]) for one in examples)
    longest = 2 * MOST_TOKENS
    padded = np.zeros((len(examples), longest, DIMENSIONS), dtype=np.float16)
    there, behind = (np.zeros((len(examples), longest), dtype=bool) for _ in range(2))
    candidates = np.zeros((len(examples), width, DIMENSIONS), dtype=np.float32)
    right = np.zeros((len(examples), width), dtype=np.float32)
    for at, (_, texts, marks) in enumerate(examples):
        length = len(found[at].states)
        padded[at, :length] = found[at].states
        there[at, :length] = True
        behind[at, :length] = found[at].is_behind
        candidates[at, : len(texts)] = embedder.embed(list(texts))
        right[at, : len(texts)] = marks
    return Rows(padded, there, behind, candidates, right)


def taught(
    train: Rows, held: Rows, *, is_one: bool, codes: int, epochs: int, batch: int, rate: float,
    decay: float, seed: int, show: Callable[[int, int, str], None] = lambda *_: None,
) -> tuple[dict[str, Any], list[float]]:  # fmt: skip
    """The arrays of the epoch with the least held loss; figures of the untrained and of that one.

    `is_one` says that one candidate is right (cross-entropy), else each by itself (the paper's
    weighted binary one). A figure is how often a right one comes first where there is one.
    """
    import torch

    torch.manual_seed(seed)
    parts = start(codes, behind=BEHIND if is_one else 0.0)
    bodies = [parts[name] for name in ("codes", "read", "held") if parts[name].requires_grad]
    optimizer = torch.optim.Adam(
        [
            {"params": bodies, "lr": rate},
            {"params": [parts["scale"], parts["behind"]], "lr": rate * 50},
        ]
    )
    rng = random.Random(seed)
    order = list(range(len(train.states)))
    log, losses = [first_share(parts, held)], [held_loss(parts, held, is_one)]
    best = {name: one.detach().clone() for name, one in parts.items()}
    identity = torch.eye(DIMENSIONS)
    for epoch in range(epochs):
        rng.shuffle(order)
        for at in range(0, len(order), batch):
            loss = _loss(parts, train, order[at : at + batch], is_one)
            pulls = ((parts[name] - identity) ** 2 for name in ("read", "held"))
            optimizer.zero_grad()
            (loss + decay * sum(one.sum() for one in pulls)).backward()
            optimizer.step()
        log.append(first_share(parts, held))
        losses.append(held_loss(parts, held, is_one))
        if losses[-1] < min(losses[:-1]):
            best = {name: one.detach().clone() for name, one in parts.items()}
        show(epoch + 1, epochs, f"valid {log[-1]:.3f}, before {log[0]:.3f}")
    kept = log[losses.index(min(losses))]
    return {name: one.numpy() for name, one in best.items()}, [log[0], kept]


def start(codes: int, behind: float) -> dict[str, Any]:
    """What the training starts from: nearly the plain cosine with the mean of the tokens.

    Without codes one of zeros stays as it is. `behind` is what tokens behind the question get.
    """
    import torch

    values = {
        "codes": torch.randn(codes, DIMENSIONS) * 0.02 if codes else torch.zeros(1, DIMENSIONS),
        "behind": torch.full([codes or 1], behind), "read": torch.eye(DIMENSIONS),
        "held": torch.eye(DIMENSIONS), "scale": torch.tensor([START_SCALE, 0.0]),
    }  # fmt: skip
    return {
        name: one.requires_grad_(bool(codes) or name != "codes") for name, one in values.items()
    }


def logits_of(parts: dict[str, Any], rows: Rows, places_: Sequence[int]) -> Any:
    """As `PolyHead.scores`, for many rows at once."""
    import torch
    from torch.nn.functional import normalize

    states = torch.from_numpy(rows.states[places_]).float()
    there = torch.from_numpy(rows.there[places_])
    held = normalize(torch.from_numpy(rows.candidates[places_]) @ parts["held"], dim=-1)
    seen = torch.einsum("md,btd->bmt", parts["codes"], states)
    seen = seen + parts["behind"][:, None] * torch.from_numpy(rows.behind[places_])[:, None]
    found = seen.masked_fill(~there[:, None], -1e9).softmax(dim=-1) @ states @ parts["read"]
    found = (held @ found.transpose(1, 2)).softmax(dim=-1) @ found
    scale, bias = parts["scale"]
    return scale * (normalize(found, dim=-1) * held).sum(dim=-1) + bias


def _loss(parts: dict[str, Any], rows: Rows, places_: Sequence[int], is_one: bool) -> Any:
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    logits = logits_of(parts, rows, places_)
    right = torch.from_numpy(rows.right[places_])
    if is_one:
        return cross_entropy(logits, right.argmax(dim=1))
    weight = torch.tensor(POSITIVE_WEIGHT)
    return binary_cross_entropy_with_logits(logits, right, pos_weight=weight)


def held_loss(parts: dict[str, Any], rows: Rows, is_one: bool) -> float:
    """The mean loss of the rows."""
    import torch

    with torch.no_grad():
        blocks = [
            list(range(at, min(at + 128, len(rows.states))))
            for at in range(0, len(rows.states), 128)
        ]
        sums = [float(_loss(parts, rows, block, is_one)) * len(block) for block in blocks]
    return sum(sums) / len(rows.states)


def all_logits(parts: dict[str, Any], rows: Rows) -> NDArray[np.float32]:
    """The logits of all rows."""
    import numpy as np
    import torch

    with torch.no_grad():
        blocks = [
            logits_of(parts, rows, list(range(at, min(at + 128, len(rows.states))))).numpy()
            for at in range(0, len(rows.states), 128)
        ]
    return np.concatenate(blocks)


def first_share(parts: dict[str, Any], rows: Rows) -> float:
    """How often a right candidate is first, of the rows that have one."""
    logits = all_logits(parts, rows)
    has = rows.right.any(axis=1)
    return round(float(rows.right[has, logits[has].argmax(axis=1)].mean()), 4)


def count_head(
    weights: dict[str, Any], train: Rows, held: Rows, steps: int = 400
) -> tuple[dict[str, Any], float]:
    """How many statements a reply uses, by cross-entropy; and its share of right counts."""
    import torch
    from torch.nn.functional import cross_entropy

    parts = {
        name: torch.from_numpy(weights[f"persona.{name}"])
        for name in ("codes", "behind", "read", "held", "scale")
    }
    (x, y), (held_x, held_y) = (_counted(parts, rows) for rows in (train, held))
    layer = torch.nn.Linear(DIMENSIONS + COUNTED, COUNTED)
    torch.nn.init.zeros_(layer.weight)
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.02, weight_decay=1e-3)
    for _ in range(steps):
        optimizer.zero_grad()
        cross_entropy(layer(x), y).backward()
        optimizer.step()
    share = float((layer(held_x).argmax(dim=1) == held_y).float().mean())
    found = {
        "count.weight": layer.weight.detach().T.numpy(),
        "count.bias": layer.bias.detach().numpy(),
    }
    return found, round(share, 4)


def _counted(parts: dict[str, Any], rows: Rows) -> tuple[Any, Any]:
    """The features of `encoders.grounding.count_features`, and the right counts."""
    import numpy as np
    import torch

    chances = 1 / (1 + np.exp(-all_logits(parts, rows)))
    features = [
        count_features(rows.states[at][rows.there[at]].astype(np.float64), chances[at])
        for at in range(len(rows.states))
    ]
    counts = rows.right.sum(axis=1).astype(np.int64).clip(0, COUNTED - 1)
    return torch.from_numpy(np.stack(features)).float(), torch.from_numpy(counts)


def write(weights: dict[str, Any], out: Path, embedder: Embedder) -> None:
    """The folder as `encoders.grounding` reads it."""
    import numpy as np

    described = {
        name: base64.b64encode(np.ascontiguousarray(array, dtype="<f2").tobytes()).decode()
        for name, array in sorted(weights.items())
    }
    content = (json.dumps(described) + "\n").encode()
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / "weights.json", content)
    manifest = {
        "name": NAME, "embedder": embedder.fingerprint,
        "sha256": {"weights.json": hashlib.sha256(content).hexdigest()},
    }  # fmt: skip
    write_atomically(out / "manifest.json", (json.dumps(manifest, indent=2) + "\n").encode())
