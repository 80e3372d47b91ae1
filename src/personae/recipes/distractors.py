"""Train the memory that names distractors, so that the right reply is ranked first (S006)."""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from personae.draft import Count
from personae.encoders.distractors import DISTRACTORS, PERSONAS, mean_vector
from personae.encoders.heads import softmax
from personae.encoders.selection import open_selector
from personae.media.atomic_file import write_atomically
from personae.recipes.descent import adam
from personae.recipes.head_files import write_head
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

    Array = NDArray[np.float64]
    Vectors = Mapping[str, NDArray[np.float32]]

ENTRY = EntryInfo(
    systems=("S006",),
    embedder=True,
    paper="Will I Sound Like Me? Improving Persona Consistency in Dialogues through Pragmatic "
    "Self-Consciousness",
    deviations="What the memory is rewarded with is the rank of the right reply among 20 by whole "
    "replies, under a speaker that retrieves (the selection head and the nearest statement), not "
    "under the language model token by token; slots answer by a rectified product with their key.",
)

Recipe = Callable[[Path, Path, Report, bool], Artifact]
Strength = Annotated[float, Field(gt=0, le=64)]

NAME = "personae-distractors"
NEGATIVES = 19
FROM = "triples-"  # ids of the dialogues whose personas may be shipped: RCDG, MIT
SHARPNESS, WEIGHT = 10.0, 0.5  # of the retrieving speaker; the latter is P5's baseline's
REWARD = 100.0  # how much a chance of the right reply counts against the votes' scale


@dataclass(frozen=True, slots=True)
class Rewards:
    """Per persona, its vector, and the mean reward of each distractor over its turns."""

    vectors: Array  # (personas, 384)
    rewards: Array  # (personas, distractors): mean log S1 of the right reply
    hits: Array  # (personas, distractors): how often it comes first
    plain: Array  # (personas,): how often it does without a distractor
    near: Array  # (personas, distractors): cosine of persona and distractor


def distractors(
    *,
    slots: Annotated[int, Field(ge=1, le=2048)] = 64,
    alpha: Strength = 2.0,
    beta: Strength = 1.0,
    steps: Count = 300,
    rate: Annotated[float, Field(gt=0, le=1)] = 1e-3,
    decay: Annotated[float, Field(ge=0, le=10)] = 0.1,
    seed: Annotated[int, Field(ge=0)] = 0,
) -> Recipe:
    """Reward the memory for distractors by which a pragmatic speaker prefers the right reply.

    `slots` keys start as the vectors of training personas. `alpha` and `beta` are those of
    `decoders.rsa`, over whole replies. The recipe is `(data, work, show, resume) -> Artifact` with
    the folder `work/weights`; needs no torch.
    """

    def recipe(data: Path, work: Path, show: Report, resume: bool = True) -> Artifact:
        from personae.encoders.embedder import open_embedder

        work.mkdir(parents=True, exist_ok=True)
        embedder = open_embedder()
        trained, held = training_dialogues(data, 0), development_dialogues(data)
        vectors = kept_vectors(
            work / "vectors.npz", texts_of([*trained, *held]), embedder,
            lambda done, of: show("vectors", done, of, ""),
        )  # fmt: skip
        others = drawn_personas(trained, seed)
        asked = [
            rewards_of(found, others, vectors, alpha, beta, seed, name, show)
            for found, name in ((trained, "rewards"), (held, "held rewards"))
        ]
        layers = taught(asked[0], slots=slots, steps=steps, rate=rate, decay=decay, seed=seed)
        facts = figures(layers, asked[0], asked[1])
        write_head(work / "weights", NAME, layers, embedder.fingerprint)
        text = "\n\n".join("\n".join(one) for one in others) + "\n"
        write_atomically(work / "weights" / PERSONAS, text.encode())
        (work / "log.jsonl").write_text(json.dumps(facts) + "\n", "utf-8")
        return Artifact(work / "weights", facts)

    return recipe


def texts_of(dialogues: Sequence[PersonaDialogue]) -> list[str]:
    """All that is said or stated."""
    return [t for one in dialogues for t in (*one.statements, *(said for _, said in one.turns))]


def drawn_personas(dialogues: Sequence[PersonaDialogue], seed: int) -> list[tuple[str, ...]]:
    """Different personas of RCDG's triples, no two with a common statement."""
    known = sorted({one.statements for one in dialogues if one.id.startswith(FROM)})
    random.Random(seed).shuffle(known)
    chosen: list[tuple[str, ...]] = []
    taken: set[str] = set()
    for one in known:
        if not taken & set(one) and len(chosen) < DISTRACTORS:
            chosen.append(one)
            taken |= set(one)
    return chosen


def rewards_of(
    dialogues: Sequence[PersonaDialogue], others: Sequence[tuple[str, ...]], vectors: Vectors,
    alpha: float, beta: float, seed: int, stage: str, show: Report,
) -> Rewards:  # fmt: skip
    """What each distractor is worth to each persona, over the turns of its dialogues."""
    import numpy as np

    spoken: dict[tuple[str, ...], list[PersonaDialogue]] = defaultdict(list)
    for one in dialogues:
        spoken[one.statements].append(one)
    replies = sorted({one.turns[at][1] for one in dialogues for at in one.replies})
    rng = random.Random(seed)
    told = [np.stack([vectors[line] for line in other]) for other in others]
    means = np.stack([mean_vector(one) for one in told])
    starts = [0, *accumulate(map(len, told[:-1]))]
    lines = np.concatenate(told)
    rows = []
    for number, (statements, found) in enumerate(spoken.items(), 1):
        own = np.stack([vectors[line] for line in statements])
        turns = [
            speakers(one, at, own, (lines, starts), replies, vectors, rng)
            for one in found
            for at in one.replies
        ]
        if turns:
            worth = np.stack([gold_chance(one, alpha, beta) for one in turns])
            plain = np.mean([one[0].argmax() == 0 for one in turns])
            mine = mean_vector(own)
            rows.append((mine, worth[:, 0].mean(0), worth[:, 1].mean(0), plain, means @ mine))
        if not number % 200 or number == len(spoken):
            show(stage, number, len(spoken), "")
    return Rewards(*(np.stack([row[at] for row in rows]).astype(float) for at in range(5)))


def speakers(
    dialogue: PersonaDialogue, at: int, own: NDArray[np.float32],
    told: tuple[NDArray[np.float32], list[int]], replies: Sequence[str], vectors: Vectors,
    rng: random.Random,
) -> Array:  # fmt: skip
    """log S0 of 20 replies, the right one first: a row for the persona, then one a distractor.

    `told` has the statements of all distractors, and where those of each begin.
    """
    import numpy as np

    gold = dialogue.turns[at][1]
    drawn = [text for text in rng.sample(replies, NEGATIVES + 1) if text != gold][:NEGATIVES]
    said = np.stack([vectors[text] for text in (gold, *drawn)])
    wanted = open_selector().head.apply(vectors[dialogue.turns[at - 1][1]][None])[0]
    follows = said @ wanted
    others = np.maximum.reduceat(said @ told[0].T, told[1], axis=1)
    near = np.column_stack([(said @ own.T).max(axis=1), others]).T
    logits = SHARPNESS * (follows + WEIGHT * near)
    return np.asarray(logits - np.log(np.exp(logits).sum(axis=1, keepdims=True)))


def gold_chance(logs: Array, alpha: float, beta: float) -> Array:
    """log S1 of the right reply with each distractor alone, and whether it comes first: (2, D).

    `decoders.rsa` for a world of two and one utterance, for all distractors at once.
    """
    import numpy as np

    own, others = logs[0], logs[1:]
    listener = beta * own - np.logaddexp(beta * own, beta * others)
    spoken = alpha * listener + own
    total = np.log(np.exp(spoken).sum(axis=1, keepdims=True))
    return np.stack([(spoken - total)[:, 0], spoken.argmax(axis=1) == 0])


def taught(
    found: Rewards, *, slots: int, steps: int, rate: float, decay: float, seed: int
) -> list[tuple[Array, Array]]:
    """Keys and values after gradient ascent on the expected reward of what the memory names."""
    import numpy as np

    generator = np.random.default_rng(seed)
    at = generator.choice(len(found.vectors), min(slots, len(found.vectors)), replace=False)
    keys, count = found.vectors[at].T, len(at)
    worth = REWARD * (found.rewards - found.rewards.mean(axis=1, keepdims=True))
    start = [keys, np.full(count, -0.2), np.zeros((count, found.rewards.shape[1])),
             np.zeros(found.rewards.shape[1])]  # fmt: skip

    def gradients_at(now: Sequence[Array], step: int) -> list[Array]:
        key, gate, value, bias = now
        answer = np.maximum(found.vectors @ key + gate, 0)
        chance = softmax(answer @ value + bias)
        mean = (chance * worth).sum(axis=1, keepdims=True)
        upper = -chance * (worth - mean) / len(worth)
        lower = (upper @ value.T) * (answer > 0)
        return [found.vectors.T @ lower, lower.sum(0), answer.T @ upper, upper.sum(0)]

    key, gate, value, bias = adam(start, gradients_at, steps, rate=rate, decay=decay)
    return [(key, gate), (value, bias)]


def figures(
    layers: Sequence[tuple[Array, Array]], trained: Rewards, held: Rewards
) -> dict[str, float]:
    """Hits@1 of held personas with the distractor that each rule names."""
    import numpy as np

    (key, gate), (value, bias) = layers
    votes = np.maximum(held.vectors @ key + gate, 0) @ value + bias
    rows = np.arange(len(votes))
    best = int(trained.rewards.mean(0).argmax())
    found = {
        "none": held.plain.mean(),
        "random": held.hits.mean(),
        "nearest": held.hits[rows, held.near.argmax(1)].mean(),
        "farthest": held.hits[rows, held.near.argmin(1)].mean(),
        "best on average": held.hits[:, best].mean(),
        "learnt": held.hits[rows, votes.argmax(1)].mean(),
    }
    named = {name: round(float(value), 4) for name, value in found.items()}
    return {"personas": len(votes), "distinct": len(set(votes.argmax(1).tolist())), **named}
