"""Write lists of replies to rank, from dialogues that may be trained on.

    python training/ranking/lists.py DATA WORK [--number N] [--seed N] [--threads N]

WORK gets `train.jsonl`, `development.jsonl` and `vectors.npz`. A list has the last turns, the gold
reply before others, and for each reply the persona statements nearest to it, the nearest first. Of
19 replies drawn for training three stay: the nearest to the last turn, the nearest to the persona,
and one at random; development lists keep all 19.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from personae.encoders.embedder import open_embedder
from personae.encoders.ranking import TURNS
from personae.encoders.selection import open_selector
from personae.recipes.kept_vectors import kept_vectors
from personae.recipes.persona_dialogues import (
    PersonaDialogue,
    development_dialogues,
    training_dialogues,
)

Floats = NDArray[np.float32]
NEGATIVES, K = 19, 2


@dataclass(frozen=True)
class Ranked:
    """The last turns, the gold reply before others, and what of the persona each is told.

    `follows` and `near` are what the ranker adds to its own score: the bilinear head's score of
    each reply, and its cosine with the nearest statement.
    """

    turns: tuple[str, ...]
    replies: tuple[str, ...]
    told: tuple[tuple[str, ...], ...]
    follows: tuple[float, ...]
    near: tuple[float, ...]


def lists(
    dialogues: Sequence[PersonaDialogue], vectors: dict[str, Floats], rng: random.Random,
    keep_all: bool,
) -> Iterator[Ranked]:  # fmt: skip
    """One list a reply, in the order of the dialogues."""
    replies = sorted({one.turns[at][1] for one in dialogues for at in one.replies})
    head = open_selector().head
    for one in dialogues:
        lines = np.stack([vectors[line] for line in one.statements])
        for at in one.replies:
            gold = one.turns[at][1]
            turns = tuple(text for _, text in one.turns[max(0, at - TURNS) : at])
            drawn = [text for text in rng.sample(replies, NEGATIVES + 1) if text != gold]
            others = drawn[:NEGATIVES]
            if not keep_all:
                others = mixed(others, vectors, vectors[turns[-1]], lines, rng)
            said = np.stack([vectors[text] for text in (gold, *others)])
            rows, wanted = said @ lines.T, head.apply(vectors[turns[-1]][None])[0]
            orders = (-rows).argsort(axis=1, kind="stable")[:, :K]
            told = tuple(tuple(one.statements[i] for i in order) for order in orders)
            yield Ranked(
                turns, (gold, *others), told, rounded(said @ wanted), rounded(rows.max(axis=1))
            )


def rounded(numbers: NDArray[np.floating]) -> tuple[float, ...]:
    """As they stand in the file."""
    return tuple(round(float(one), 5) for one in numbers)


def mixed(
    drawn: Sequence[str], vectors: dict[str, Floats], heard: Floats, lines: Floats,
    rng: random.Random,
) -> list[str]:  # fmt: skip
    """The nearest to what was heard, the nearest to a statement, and one more."""
    near = max(drawn, key=lambda text: float(vectors[text] @ heard))
    rest = [text for text in drawn if text != near]
    alike = max(rest, key=lambda text: float((lines @ vectors[text]).max()))
    return [near, alike, rng.choice([text for text in rest if text != alike])]


def texts_of(dialogues: Sequence[PersonaDialogue]) -> list[str]:
    """All that is said or stated."""
    return [
        text for one in dialogues for text in (*one.statements, *(said for _, said in one.turns))
    ]


def main() -> None:
    """Write both files of lists."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--number", type=int, default=100_000, help="training lists at most")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    trained = training_dialogues(options.data, options.seed)
    kept = development_dialogues(options.data)
    vectors = kept_vectors(
        options.work / "vectors.npz", [*texts_of(trained), *texts_of(kept)],
        open_embedder(threads=options.threads),
        lambda done, of: print(f"vectors: {done} of {of}", flush=True),
    )  # fmt: skip
    for name, dialogues in (("train", trained), ("development", kept)):
        found = lists(dialogues, vectors, random.Random(options.seed), name == "development")
        rows = [json.dumps(asdict(one)) for one in found][: options.number]
        (options.work / f"{name}.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
        print(f"{name}: {len(rows)} lists", flush=True)


if __name__ == "__main__":
    main()
