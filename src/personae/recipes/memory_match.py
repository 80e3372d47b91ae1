"""Train which memory the next reply uses: a dual encoder by triplet loss (PLATO-LTM, S094)."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from personae.draft import Count
from personae.encoders.heads import unit
from personae.encoders.memory_match import DIMENSIONS, NAMES
from personae.recipes.descent import adam
from personae.recipes.head_files import write_head
from personae.recipes.lora_training import Artifact, Report
from personae.recipes.statement_weights import Turns, batches, labelled_turns
from personae.registry import EntryInfo

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder

    Array = NDArray[np.float64]

ENTRY = EntryInfo(
    systems=("S094",),
    aka=("plato-ltm-matcher",),
    embedder=True,
    nli=True,
    paper="Long Time No See! Open-Domain Conversation with Long-Term Persona Memory",
    deviations="Context encoder and persona encoder are a matrix each on the frozen MiniLM vectors "
    "of the message and of the fact; which facts a reply uses says our inference model, no person; "
    "negatives are the speaker's other statements, as in the paper.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
Rate = Annotated[float, Field(gt=0, le=1)]
NAME = "personae-memory-match"
MARGIN = 0.2  # the paper's
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Encoders:
    """The matrices of context and fact, (384, 384)."""

    context: Array
    fact: Array

    def cosines(self, turns: Turns) -> Array:
        """Of each message with each of the places."""
        import numpy as np

        heard = unit(turns.messages @ self.context)
        held = unit(turns.statements @ self.fact)
        return np.asarray(np.einsum("td,tsd->ts", heard, held))


def memory_match(
    *,
    epochs: Count = 2,
    batch: Count = 128,
    rate: Rate = 3e-4,
    margin: Annotated[float, Field(gt=0, le=2)] = MARGIN,
    decay: Annotated[float, Field(ge=0, le=10)] = 0.5,
    drop: Annotated[float, Field(ge=0, lt=1)] = 0.2,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Learn to tell the fact that a reply uses from the speaker's others, by the message alone.

    Both matrices start as the identity: before the training the score is the embedder's cosine.
    The recipe is `(data, work, show, resume) -> Artifact` with the folder `work/weights`; it makes
    the labels of `statement-weights`, and takes them where `work` has them. Needs no torch.
    """

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        from personae.encoders.embedder import open_embedder

        embedder = open_embedder()
        turns, held = labelled_turns(data, work, embedder, show, resume=resume)
        encoders, log = taught(
            turns, held, epochs=epochs, batch=batch, rate=rate, margin=margin, decay=decay,
            drop=drop, seed=seed,
        )  # fmt: skip
        show("training", 1, 1, f"AUC {log[-1]['auc']}")
        (work / "log.jsonl").write_text("".join(json.dumps(one) + "\n" for one in log), "utf-8")
        write(encoders, work / "weights", embedder)
        return Artifact(work / "weights", log[-1])

    return recipe


def taught(
    turns: Turns, held: Turns, *, epochs: int, batch: int, rate: float, margin: float, decay: float,
    drop: float, seed: int,
) -> tuple[Encoders, list[dict[str, float]]]:  # fmt: skip
    """The encoders, and what the held turns show before the training and after each epoch."""
    import numpy as np

    start = np.eye(DIMENSIONS)
    steps = max(1, len(turns.there) // batch)
    part_at = batches(turns, batch, steps, random.Random(seed))
    generator = np.random.default_rng(seed)
    log = list[dict[str, float]]()

    def gradients_at(changes: Sequence[Array], step: int) -> list[Array]:
        encoders = Encoders(start + changes[0], start + changes[1])
        if not step % steps:
            log.append(measured(encoders, held, step // steps))
        return gradient(encoders, part_at(step).dropped(drop, generator), margin)

    nothing = np.zeros((DIMENSIONS, DIMENSIONS))  # what decays is the change, not the start
    context, fact = adam(
        [nothing, nothing], gradients_at, epochs * steps, rate=rate, decay=decay
    )  # fmt: skip
    encoders = Encoders(start + context, start + fact)
    return encoders, [*log, measured(encoders, held, epochs)]


def loss(encoders: Encoders, turns: Turns, margin: float) -> float:
    """Mean of max(0, cos(c, unused) - cos(c, used) + margin) over pairs, then over turns."""
    over, share = _over(encoders, turns, margin)
    return float((over * share).sum())


def gradient(encoders: Encoders, turns: Turns, margin: float) -> list[Array]:
    """Of `loss` by the two matrices."""
    import numpy as np

    over, share = _over(encoders, turns, margin)
    active = (over > 0) * share  # (turns, used, unused)
    by_cosine = active.sum(axis=1) - active.sum(axis=2)
    context = turns.messages @ encoders.context
    fact = turns.statements @ encoders.fact
    heard, held = unit(context), unit(fact)
    upper = np.einsum("ts,tsd->td", by_cosine, held)
    lower = by_cosine[..., None] * heard[:, None]
    return [
        turns.messages.T.astype(float) @ _through_unit(context, heard, upper),
        np.einsum("tsi,tsj->ij", turns.statements, _through_unit(fact, held, lower), optimize=True),
    ]


def _over(encoders: Encoders, turns: Turns, margin: float) -> tuple[Array, Array]:
    """By how much each pair (used, unused) breaks the margin, and what a pair weighs."""
    import numpy as np

    cosines, used = encoders.cosines(turns), turns.used > 0
    pairs = used[:, :, None] & (turns.there & ~used)[:, None, :]
    over = np.maximum(0.0, cosines[:, None, :] - cosines[:, :, None] + margin) * pairs
    count = np.maximum(1, pairs.sum(axis=(1, 2)))[:, None, None]
    return over, pairs / count / len(used)


def _through_unit(raw: Array, made: Array, upper: Array) -> Array:
    """The gradient by a vector, from that by the unit vector made of it."""
    import numpy as np

    size = np.linalg.norm(raw, axis=-1, keepdims=True) + TINY
    return np.asarray((upper - made * (made * upper).sum(axis=-1, keepdims=True)) / size)


def measured(encoders: Encoders, turns: Turns, epoch: int) -> dict[str, float]:
    """The chance that a used fact is above an unused one of its turn, and that one comes first."""
    import numpy as np

    cosines, used = encoders.cosines(turns), turns.used > 0
    first = np.where(turns.there, cosines, -2.0).argmax(axis=1)
    pairs = used[:, :, None] & (turns.there & ~used)[:, None, :]
    above = (cosines[:, :, None] > cosines[:, None, :]) & pairs
    return {
        "epoch": epoch,
        "turns": len(used),
        "auc": round(float(above.sum() / max(1, pairs.sum())), 4),
        "used first": round(float(used[np.arange(len(used)), first].mean()), 4),
    }


def write(encoders: Encoders, out: Path, embedder: Embedder) -> None:
    """The folders `context` and `fact` as `encoders.memory_match` reads them."""
    import numpy as np

    for name, matrix in zip(NAMES, (encoders.context, encoders.fact), strict=True):
        layers = [(matrix, np.zeros(DIMENSIONS))]
        write_head(out / name, f"{NAME}-{name}", layers, embedder.fingerprint)
