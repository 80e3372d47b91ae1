"""Train which statement or expansion the next reply will use: p(z | H) towards q(z | x) (S020)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from personae.commonsense.building import Judges
from personae.commonsense.expanding import (
    DIMENSIONS,
    KINDS,
    NONE_COSINE,
    OUTPUTS,
    SHARPNESS,
    Expansion,
    expansions,
)
from personae.draft import Count
from personae.encoders.heads import softmax
from personae.recipes.descent import adam
from personae.recipes.head_files import write_head
from personae.recipes.kept_rows import kept_rows
from personae.recipes.lora_training import Artifact, Report
from personae.recipes.persona_dialogues import development_dialogues, training_dialogues
from personae.recipes.statement_weights import Exchange, exchanges
from personae.registry import EntryInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder

    Array = NDArray[np.float64]

ENTRY = EntryInfo(
    systems=("S020",),
    aka=("compac-prior",),
    embedder=True,
    nli=True,
    paper="Like hiking? You probably enjoy nature: Persona-grounded Dialog with Commonsense "
    "Expansions",
    deviations="A matrix, a bias a kind and a sharpness over frozen MiniLM vectors instead of "
    "RoBERTa; the posterior stands still, and neither the reply's likelihood nor its reward is in "
    "the loss: only KL(q | p).",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
NAME = "personae-expansion-prior"
PLACES = 32  # z of a turn
BLOCK = 50  # exchanges between two writes
OUT_OF_SIGHT = -1e9
NONE = KINDS.index("none")


@dataclass(frozen=True, slots=True)
class Choices:
    """Turns as arrays: message and reply, every z with its kind, and which places have one."""

    messages: NDArray[np.float32]  # (turns, 384)
    replies: NDArray[np.float32]
    z: NDArray[np.float32]  # (turns, places, 384)
    kinds: NDArray[np.intp]  # (turns, places)
    there: NDArray[np.bool_]

    def rows(self, at: Sequence[int]) -> Choices:
        """Those turns alone."""
        return Choices(
            self.messages[at], self.replies[at], self.z[at], self.kinds[at], self.there[at]
        )


@dataclass(frozen=True, slots=True)
class Weights:
    """What is trained: a matrix for H, a bias for each kind, and the log of the sharpness."""

    matrix: Array
    biases: Array
    log_sharpness: Array  # ()


def expansion_prior(
    *,
    turns: Count = 2_000,
    epochs: Count = 3,
    batch: Count = 64,
    rate: Annotated[float, Field(gt=0, le=1)] = 1e-3,
    decay: Annotated[float, Field(ge=0, le=10)] = 0.5,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Learn to guess, from the message, which z the reply will be near to.

    The posterior q(z | x) is the untrained prior of the gold reply x; p(z | H) starts as that of
    the message H and is pulled to it. Expansions are those by rules and by the graph. The recipe is
    `(data, work, show, resume) -> Artifact` with the folder `work/weights`; needs no torch.
    """

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        judges = open_judges()
        work.mkdir(parents=True, exist_ok=True)
        if not resume:
            for name in ("z.jsonl", "z.done", "held.jsonl", "held.done"):
                (work / name).unlink(missing_ok=True)
        trained, held = some_exchanges(data, turns, seed)
        asked = choices_of(trained, judges, work / "z.jsonl", show)
        kept = choices_of(held, judges, work / "held.jsonl", show)
        weights, log = taught(
            asked, kept, epochs=epochs, batch=batch, rate=rate, decay=decay, seed=seed
        )
        show("training", 1, 1, f"KL {log[-1]['divergence']}")
        (work / "log.jsonl").write_text("".join(json.dumps(one) + "\n" for one in log), "utf-8")
        write(weights, work / "weights", judges.embedder)
        return Artifact(work / "weights", {"before": log[0]["divergence"], **log[-1]})

    return recipe


def open_judges() -> Judges:
    """The shipped small models and graph; no language model is asked."""
    from personae.commonsense.files import people
    from personae.commonsense.worth import open_fact_worth
    from personae.encoders.embedder import open_embedder
    from personae.encoders.nli import open_nli
    from personae.lm.names import open_model

    embedder = open_embedder()
    worth = open_fact_worth(embedder)
    return Judges(open_model("scripted"), embedder, open_nli(), worth, people())


def some_exchanges(data: Path, turns: int, seed: int) -> tuple[list[Exchange], list[Exchange]]:
    """Exchanges to train on, by the seed, and a fifth as many of development dialogues."""
    trained = exchanges(training_dialogues(data, seed))
    held = exchanges(development_dialogues(data))
    random.Random(seed).shuffle(held)
    return trained[:turns], held[: max(1, turns // 5)]


def choices_of(found: Sequence[Exchange], judges: Judges, file: Path, show: Report) -> Choices:
    """The exchanges with every z, as arrays; each persona is expanded once, and `file` keeps it."""
    blocks = [found[at : at + BLOCK] for at in range(0, len(found), BLOCK)]
    known: dict[tuple[str, ...], list[dict[str, Any]]] = {}

    def rows(block: Sequence[Exchange]) -> list[dict[str, Any]]:
        made = []
        for one in block:
            if one.statements not in known:
                every = expansions(one.statements, judges, ("rules", "graph"))[:PLACES]
                known[one.statements] = [{"text": z.text, "kind": z.kind} for z in every]
            made.append({"z": known[one.statements]})
        show(f"expansions in {file.name}", blocks.index(list(block)) + 1, len(blocks), "")
        return made

    kept = kept_rows(file, [list(block) for block in blocks], rows)
    every = [
        [Expansion(z["text"], z["kind"], "", "") for z in row["z"]] for row in kept[: len(found)]
    ]
    return arrays_of(found, every, judges.embedder)


def arrays_of(
    found: Sequence[Exchange], every: Sequence[Sequence[Expansion]], embedder: Embedder
) -> Choices:
    """Vectors of messages, replies and z."""
    import numpy as np

    z = np.zeros((len(found), PLACES, DIMENSIONS), dtype=np.float32)
    kinds = np.full((len(found), PLACES), NONE)
    there = np.zeros((len(found), PLACES), dtype=bool)
    for at, row in enumerate(every):
        z[at, : len(row)] = embedder.embed([one.text for one in row])
        kinds[at, : len(row)] = [KINDS.index(one.kind) for one in row]
        there[at, : len(row)] = True
    messages, replies = (
        embedder.embed(texts)
        for texts in ([one.message for one in found], [one.reply for one in found])
    )
    return Choices(messages, replies, z, kinds, there)


def start() -> Weights:
    """The untrained prior."""
    import numpy as np

    return Weights(np.eye(DIMENSIONS), np.zeros(len(KINDS)), np.array(np.log(SHARPNESS)))


def taught(
    choices: Choices,
    held: Choices,
    *,
    epochs: int,
    batch: int,
    rate: float,
    decay: float,
    seed: int,
) -> tuple[Weights, list[dict[str, float]]]:
    """The weights, and what the held turns show before the training and after each epoch."""
    import numpy as np

    begun = start()
    steps = max(1, len(choices.there) // batch)
    part_at = shuffled(choices, batch, steps, random.Random(seed))
    log = list[dict[str, float]]()

    def moved(changes: Sequence[Array]) -> Weights:
        return Weights(
            begun.matrix + changes[0], begun.biases + changes[1], begun.log_sharpness + changes[2]
        )

    def gradients_at(changes: Sequence[Array], step: int) -> list[Array]:
        weights = moved(changes)
        if not step % steps:
            log.append(measured(weights, held, step // steps))
        part = part_at(step)
        return gradient(weights, part, posterior(part))

    nothing = [np.zeros_like(begun.matrix), np.zeros_like(begun.biases), np.zeros(())]
    weights = moved(adam(nothing, gradients_at, epochs * steps, rate=rate, decay=decay))
    return weights, [*log, measured(weights, held, epochs)]


def shuffled(
    choices: Choices, size: int, steps: int, rng: random.Random
) -> Callable[[int], Choices]:
    """The turns of a step, in another order each `steps`."""
    order = list(range(len(choices.there)))

    def part_at(step: int) -> Choices:
        at = step % steps
        if not at:
            rng.shuffle(order)
        return choices.rows(order[at * size : (at + 1) * size])

    return part_at


def posterior(choices: Choices) -> Array:
    """q(z | x): the untrained prior of the gold reply."""
    import numpy as np

    cosines = np.einsum("td,tpd->tp", choices.replies, choices.z).astype(np.float64)
    cosines = np.where(choices.kinds == NONE, NONE_COSINE, cosines)
    return softmax(np.where(choices.there, SHARPNESS * cosines, OUT_OF_SIGHT))


def prior(weights: Weights, choices: Choices) -> tuple[Array, Array, Array]:
    """p(z | H), the cosines, and the vectors of H as the matrix moved them."""
    import numpy as np

    raw = choices.messages @ weights.matrix
    unit = raw / (np.linalg.norm(raw, axis=1, keepdims=True) + 1e-9)
    cosines = np.einsum("td,tpd->tp", unit, choices.z)
    cosines = np.where(choices.kinds == NONE, NONE_COSINE, cosines)
    scores = np.exp(weights.log_sharpness) * cosines + weights.biases[choices.kinds]
    return softmax(np.where(choices.there, scores, OUT_OF_SIGHT)), cosines, raw


def loss(weights: Weights, choices: Choices, wanted: Array) -> float:
    """Mean KL(q | p)."""
    import numpy as np

    p = prior(weights, choices)[0]
    return float((wanted * np.log((wanted + 1e-12) / (p + 1e-12))).sum(axis=1).mean())


def gradient(weights: Weights, choices: Choices, wanted: Array) -> list[Array]:
    """Of `loss` by matrix, biases and the log of the sharpness."""
    import numpy as np

    p, cosines, raw = prior(weights, choices)
    off = np.where(choices.there, p - wanted, 0.0) / len(p)
    sharpness = np.exp(weights.log_sharpness)
    biases = np.bincount(choices.kinds.ravel(), weights=off.ravel(), minlength=len(KINDS))
    pulled = np.where(choices.kinds == NONE, 0.0, off) * sharpness
    upper = np.einsum("tp,tpd->td", pulled, choices.z)
    size = np.linalg.norm(raw, axis=1, keepdims=True) + 1e-9
    unit = raw / size
    by_raw = (upper - unit * (unit * upper).sum(axis=1, keepdims=True)) / size
    matrix = choices.messages.T.astype(np.float64) @ by_raw
    return [matrix, biases, np.asarray((off * cosines).sum() * sharpness)]


def measured(weights: Weights, choices: Choices, epoch: int) -> dict[str, float]:
    """Mean KL(q | p) of the turns, and how often both put the same z first."""
    wanted = posterior(choices)
    p = prior(weights, choices)[0]
    return {
        "epoch": epoch,
        "turns": len(p),
        "divergence": round(loss(weights, choices, wanted), 4),
        "same first": round(float((p.argmax(axis=1) == wanted.argmax(axis=1)).mean()), 4),
    }


def write(weights: Weights, out: Path, embedder: Embedder) -> None:
    """The folder as `commonsense.expanding.open_prior` reads it."""
    import numpy as np

    matrix = np.zeros((DIMENSIONS, OUTPUTS))
    matrix[:, :DIMENSIONS] = weights.matrix
    bias = np.concatenate(
        [np.zeros(DIMENSIONS), weights.biases, [float(np.exp(weights.log_sharpness))]]
    )
    write_head(out, NAME, [(matrix, bias)], embedder.fingerprint)
