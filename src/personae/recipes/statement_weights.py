"""Train how much each statement matters to the next reply: a prior pulled to a posterior (S036)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from personae.draft import Count
from personae.encoders.heads import softmax
from personae.encoders.nli import open_nli
from personae.encoders.selection import open_selector
from personae.encoders.statement_weights import DIMENSIONS
from personae.recipes.descent import adam
from personae.recipes.head_files import write_head
from personae.recipes.kept_rows import kept_rows
from personae.recipes.kept_vectors import kept_vectors
from personae.recipes.lora_training import Artifact, Report
from personae.recipes.persona_dialogues import (
    PersonaDialogue,
    development_dialogues,
    training_dialogues,
)
from personae.registry import EntryInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder, Nli

    Array = NDArray[np.float64]

ENTRY = EntryInfo(
    systems=("S036",),
    aka=("ps-weights",),
    embedder=True,
    nli=True,
    paper="Improving Personality Consistency in Conversation by Persona Extending",
    deviations="An attention vector is the product of the statement's frozen MiniLM vector with a "
    "matrix of the message's (prior) or the reply's (posterior), and its weight the softmax of "
    "their sums; the posterior learns from labels of relevance (the ablation's term) without the "
    "decoder's likelihood, and stands still while the prior is pulled to it; the pull is a KL "
    "divergence of the weights beside the paper's cosine loss of the attention vectors.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
Rate = Annotated[float, Field(gt=0, le=1)]
Pull = Annotated[float, Field(ge=0, le=100)]

NAME = "personae-statement-weights"
STATEMENTS = 8  # of a persona, the first ones
BLOCK_TURNS = 2_000
NEAR = 0.3  # cosine of reply and statement below which nobody is asked whether it is entailed
ENTAILED = 0.5
OUT_OF_SIGHT = -1e9  # score of a place without a statement
SHARPNESS = 8.0  # of the matrices that the training starts from


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message, the reply to it, and the statements of who replied."""

    message: str
    reply: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turns:
    """Exchanges as arrays: vectors, which places have a statement, and which of them are used."""

    messages: NDArray[np.float32]  # (turns, 384)
    replies: NDArray[np.float32]
    statements: NDArray[np.float32]  # (turns, statements, 384)
    there: NDArray[np.bool_]  # (turns, statements)
    used: Array  # (turns, statements), sums to 1

    def rows(self, at: Sequence[int]) -> Turns:
        """Those turns alone."""
        return Turns(
            self.messages[at], self.replies[at], self.statements[at], self.there[at], self.used[at]
        )

    def dropped(self, share: float, rng: np.random.Generator) -> Turns:
        """With a share of the coordinates left out, the rest enlarged."""

        def some(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
            kept = rng.random((len(vectors), *[1] * (vectors.ndim - 2), vectors.shape[-1])) >= share
            return vectors * (kept / (1 - share)).astype(vectors.dtype)

        return Turns(
            some(self.messages), some(self.replies), some(self.statements), self.there, self.used
        )


@dataclass(frozen=True, slots=True)
class Network:
    """The matrices of prior and posterior, (384, 384)."""

    prior: Array
    posterior: Array

    def weights(self, turns: Turns) -> tuple[Array, Array]:
        """Prior and posterior weights of all places."""
        return (
            seen(turns.messages, self.prior, turns)[1],
            seen(turns.replies, self.posterior, turns)[1],
        )


def statement_weights(
    *,
    alone: Count = 4,
    epochs: Count = 6,
    batch: Count = 128,
    rate: Rate = 6e-3,
    pull: Pull = 1.0,
    likeness: Pull = 0.3,
    decay: Annotated[float, Field(ge=0, le=10)] = 0.5,
    drop: Annotated[float, Field(ge=0, lt=1)] = 0.2,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Learn which statement a reply uses, with and without having seen it.

    For `alone` epochs the posterior learns; then, for `epochs`, the prior is pulled to it. `pull`
    weighs the divergence of the prior's weights from the posterior's, `likeness` the cosine loss of
    their attention vectors: with both 0 the prior learns nothing. Labels: the inference model says
    which statements a reply entails. The recipe is `(data, work, show, resume) -> Artifact` with
    the folder `work/weights`; needs no torch.
    """

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        from personae.encoders.embedder import open_embedder

        embedder = open_embedder()
        turns, held = labelled_turns(data, work, embedder, show, resume=resume)
        network, log = taught(
            turns, held, alone=alone, epochs=epochs, batch=batch, rate=rate, pull=pull,
            likeness=likeness, decay=decay, drop=drop, seed=seed,
        )  # fmt: skip
        show("training", 1, 1, f"divergence {log[-1]['divergence']}")
        (work / "log.jsonl").write_text("".join(json.dumps(one) + "\n" for one in log), "utf-8")
        write(network, work / "weights", embedder)
        return Artifact(work / "weights", log[-1])

    return recipe


def labelled_turns(
    data: Path, work: Path, embedder: Embedder, show: Report, *, resume: bool
) -> tuple[Turns, Turns]:
    """The turns to train on and those that are held, with the labels that `work` keeps."""
    work.mkdir(parents=True, exist_ok=True)
    if not resume:
        for name in ("labels.jsonl", "labels.done", "held.jsonl", "held.done"):
            (work / name).unlink(missing_ok=True)
    trained = exchanges(training_dialogues(data, 0))
    held = exchanges(development_dialogues(data))
    vectors = kept_vectors(
        work / "vectors.npz", texts_of([*trained, *held]), embedder,
        lambda done, of: show("vectors", done, of, ""),
    )  # fmt: skip
    asked, kept = (
        turns_of(found, labels(found, vectors, work / name, show), vectors)
        for found, name in ((trained, "labels.jsonl"), (held, "held.jsonl"))
    )
    return asked, kept


def exchanges(dialogues: Sequence[PersonaDialogue]) -> list[Exchange]:
    """Every reply with what it answers."""
    return [
        Exchange(one.turns[at - 1][1], one.turns[at][1], one.statements[:STATEMENTS])
        for one in dialogues
        for at in one.replies
        if len(one.statements) > 1
    ]


def texts_of(found: Sequence[Exchange]) -> list[str]:
    """All texts of the exchanges."""
    return [text for one in found for text in (one.message, one.reply, *one.statements)]


def labels(
    found: Sequence[Exchange], vectors: dict[str, NDArray[np.float32]], file: Path, show: Report
) -> list[list[float]]:
    """How much each reply entails each statement; kept in `file` block by block."""
    nli = open_nli(threads=1)
    blocks = [found[at : at + BLOCK_TURNS] for at in range(0, len(found), BLOCK_TURNS)]
    made = iter(range(1, len(blocks) + 1))

    def judged(block: Sequence[Exchange]) -> Iterator[dict[str, Any]]:
        yield from ({"entailed": one} for one in entailed(block, vectors, nli))
        show(f"labels in {file.name}", next(made), len(blocks), "")

    return [row["entailed"] for row in kept_rows(file, blocks, judged)]


def entailed(
    block: Sequence[Exchange], vectors: dict[str, NDArray[np.float32]], nli: Nli
) -> list[list[float]]:
    """Probabilities that a reply entails a statement, 0 where the two are not near."""
    near = [
        (at, place)
        for at, one in enumerate(block)
        for place, line in enumerate(one.statements)
        if float(vectors[one.reply] @ vectors[line]) >= NEAR
    ]
    rows = [[0.0] * len(one.statements) for one in block]
    pairs = [(block[at].reply, block[at].statements[place]) for at, place in near]
    for (at, place), found in zip(near, nli.classify(pairs), strict=True):
        rows[at][place] = round(float(found[0]), 4)
    return rows


def turns_of(
    found: Sequence[Exchange],
    judged: Sequence[Sequence[float]],
    vectors: dict[str, NDArray[np.float32]],
) -> Turns:
    """The exchanges whose reply entails a statement, as arrays."""
    import numpy as np

    kept = [
        (one, row) for one, row in zip(found, judged, strict=True) if max(row) >= ENTAILED
    ]  # fmt: skip
    statements = np.zeros((len(kept), STATEMENTS, DIMENSIONS), dtype=np.float32)
    there = np.zeros((len(kept), STATEMENTS), dtype=bool)
    used = np.zeros((len(kept), STATEMENTS))
    for at, (one, row) in enumerate(kept):
        count = len(one.statements)
        statements[at, :count] = [vectors[line] for line in one.statements]
        there[at, :count] = True
        strong = np.where(np.array(row) >= ENTAILED, row, 0.0)
        used[at, :count] = strong / strong.sum()
    heard, said = (
        np.stack([vectors[text] for text in texts])
        for texts in ([one.message for one, _ in kept], [one.reply for one, _ in kept])
    )
    return Turns(heard, said, statements, there, used)


def taught(
    turns: Turns, held: Turns, *, alone: int, epochs: int, batch: int, rate: float, pull: float,
    likeness: float, decay: float, drop: float, seed: int,
) -> tuple[Network, list[dict[str, float]]]:  # fmt: skip
    """The network, and what the held turns show after each epoch of the pull (0: before it).

    The prior starts as the selection head, which says what follows a message; the posterior as the
    plain product.
    """
    import numpy as np

    prior = SHARPNESS * open_selector().head.layers[0][0]
    posterior = SHARPNESS * np.eye(DIMENSIONS)
    generator = np.random.default_rng(seed)
    steps = max(1, len(turns.there) // batch)
    part_at = batches(turns, batch, steps, random.Random(seed))

    def posterior_at(changes: Sequence[Array], step: int) -> list[Array]:
        part = part_at(step).dropped(drop, generator)
        return [posterior_gradient(Network(prior, posterior + changes[0]), part)]

    nothing = np.zeros_like(posterior)  # what decays is the change, not the start
    (after,) = adam([nothing], posterior_at, alone * steps, rate=rate, decay=decay)
    posterior = posterior + after
    log = [measured(Network(prior, posterior), held, 0)]

    def prior_at(changes: Sequence[Array], step: int) -> list[Array]:
        network = Network(prior + changes[0], posterior)
        if step and not step % steps:
            log.append(measured(network, held, step // steps))
        part = part_at(step)
        wanted = network.weights(part)[1]
        return [prior_gradient(network, part.dropped(drop, generator), wanted, pull, likeness)]

    (before,) = adam([nothing], prior_at, epochs * steps, rate=rate, decay=decay)
    network = Network(prior + before, posterior)
    return network, [*log, measured(network, held, epochs)]


def batches(turns: Turns, size: int, steps: int, rng: random.Random) -> Callable[[int], Turns]:
    """The turns of a step, in another order each `steps`."""
    order = list(range(len(turns.there)))

    def part_at(step: int) -> Turns:
        at = step % steps
        if not at:
            rng.shuffle(order)
        return turns.rows(order[at * size : (at + 1) * size])

    return part_at


def seen(heard: NDArray[np.float32], matrix: Array, turns: Turns) -> tuple[Array, Array]:
    """The attention vectors of all places, and their weights."""
    import numpy as np

    attention = (heard @ matrix)[:, None] * turns.statements
    return attention, softmax(np.where(turns.there, attention.sum(axis=2), OUT_OF_SIGHT))


def posterior_gradient(network: Network, turns: Turns) -> Array:
    """Of the cross-entropy of the posterior's weights with the labels."""
    posterior = seen(turns.replies, network.posterior, turns)[1]
    off = (posterior - turns.used) / len(turns.there)
    return matrix_gradient(turns.replies, (off[..., None] * turns.statements).sum(axis=1))


def prior_gradient(
    network: Network, turns: Turns, wanted: Array, pull: float, likeness: float
) -> Array:
    """Of pull · KL(wanted | prior) and of likeness · (1 - cosine of the attention vectors).

    `wanted` are the posterior's weights: it stands still.
    """
    before, prior = seen(turns.messages, network.prior, turns)
    after, _ = seen(turns.replies, network.posterior, turns)
    off = pull * (prior - wanted)[..., None] / len(turns.there)
    apart = likeness * unlikeness(before, after, turns.there) / turns.there.sum()
    return matrix_gradient(turns.messages, ((off + apart) * turns.statements).sum(axis=1))


def matrix_gradient(heard: NDArray[np.float32], upper: Array) -> Array:
    """The gradient of a matrix from those of what it makes of each message."""
    found: Array = heard.T.astype(float) @ upper
    return found


def unlikeness(before: Array, after: Array, there: NDArray[np.bool_]) -> Array:
    """The gradient of 1 - cos(before, after) by `before`, for each place."""
    import numpy as np

    size = np.linalg.norm(before, axis=2, keepdims=True) + 1e-6
    other = np.linalg.norm(after, axis=2, keepdims=True) + 1e-6
    cosine = (before * after).sum(2, keepdims=True) / (size * other)
    return np.asarray((cosine * before / size - after / other) / size * there[..., None])


def measured(network: Network, turns: Turns, epoch: int) -> dict[str, float]:
    """Mean KL(posterior | prior) and how often each puts a used statement first."""
    import numpy as np

    prior, posterior = network.weights(turns)
    ratio = np.log((posterior + 1e-12) / (prior + 1e-12))
    rows = np.arange(len(prior))
    return {
        "epoch": epoch,
        "turns": len(prior),
        "divergence": round(float((posterior * ratio).sum(1).mean()), 4),
        "prior@1": round(float((turns.used[rows, prior.argmax(1)] > 0).mean()), 4),
        "posterior@1": round(float((turns.used[rows, posterior.argmax(1)] > 0).mean()), 4),
    }


def write(network: Network, out: Path, embedder: Embedder) -> None:
    """The folders `prior` and `posterior` as `encoders.statement_weights` reads them."""
    import numpy as np

    for name, matrix in (("prior", network.prior), ("posterior", network.posterior)):
        layers = [(matrix, np.zeros(DIMENSIONS))]
        write_head(out / name, f"{NAME}-{name}", layers, embedder.fingerprint)
