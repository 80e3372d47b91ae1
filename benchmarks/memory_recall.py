"""Does recall find the turns that a question about a long conversation needs?

    python benchmarks/memory_recall.py [--data locomo|realtalk|all] [--json FILE]

Questions of LoCoMo and REALTALK (those that can be answered), with the turns that hold the answer.
Every turn is kept as a memory ("Speaker: text"); evidence recall@k is the share of a question's
turns among the first k, mean over questions, with a 95 % bootstrap interval over questions.
Beside the fused recall stand words alone (BM25) and meaning alone (the embedder's cosine).
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from personae.data import Memory
from personae.encoders.embedder import OnnxEmbedder, open_embedder
from personae.memory.recalling import recalled
from personae.settings import load_settings
from personae.store.memory_types import Scope
from personae.store.sqlite import SqlStore, open_store

AT = (1, 5, 10, 20)
WAYS = ("words", "meaning", "fused")
UNANSWERABLE = 5  # LoCoMo's category of questions without evidence
DRAWS = 1000


@dataclass(frozen=True)
class Question:
    """A question, and the ids of the turns that answer it."""

    text: str
    evidence: frozenset[str]


def main() -> None:
    """Print a table for each data set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=("locomo", "realtalk", "all"), default="all")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    report = {}
    for name in ("locomo", "realtalk") if options.data == "all" else (options.data,):
        folder = load_settings().datasets_dir / name
        files = sorted(folder.glob("*.json"))
        if not files:
            raise SystemExit(f"There is no {name} in {folder}: set PERSONAE_DATA.")
        report[name] = measured(files)
        print_table(name, report[name])
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def measured(files: Sequence[Path]) -> dict[str, list[list[float]]]:
    """Of each way the recalls of all questions, at each k."""
    embedder = open_embedder()
    found: dict[str, list[list[float]]] = {way: [] for way in WAYS}
    for file in files:
        turns, questions = read(json.loads(file.read_text("utf-8")))
        with (
            tempfile.TemporaryDirectory() as folder,
            open_store(Path(folder) / "personae.db") as store,
        ):
            texts = list(turns.values())
            store.keep_memories(
                [Memory(text=text, id=turn, kind="event") for turn, text in turns.items()],
                vectors=embedder.embed(texts),
                fingerprint=embedder.fingerprint,
            )
            for question in questions:
                for way, ids in asked(store, embedder, question.text).items():
                    found[way].append([len(question.evidence & set(ids[:k])) / len(
                        question.evidence) for k in AT])  # fmt: skip
    return found


def asked(store: SqlStore, embedder: OnnxEmbedder, question: str) -> dict[str, list[str]]:
    """The ids that each way finds, best first."""
    most = max(AT)
    vector = embedder.embed([question])[0]
    return {
        "words": [one.memory.id for one in store.search_memories(question, Scope(), limit=most)],
        "meaning": [one.memory.id for one in store.nearest_memories(vector, Scope(), limit=most)],
        "fused": [one.memory.id for one in recalled(store, embedder, question, Scope(), k=most)],
    }


def read(value: Mapping[str, Any]) -> tuple[dict[str, str], list[Question]]:
    """Turns by id, and the answerable questions whose evidence is there."""
    turns = {turn["dia_id"]: told(turn) for session in sessions(value) for turn in session}
    questions = [
        Question(one["question"], evidence)
        for one in value["qa"]
        if one.get("category") != UNANSWERABLE
        and (evidence := frozenset(one.get("evidence") or ()) & turns.keys())
    ]
    return turns, questions


def sessions(value: Mapping[str, Any]) -> Iterator[list[Any]]:
    """`session_1`, `session_2` … in order."""
    numbers = sorted(
        int(key.removeprefix("session_"))
        for key in value
        if key.removeprefix("session_").isdigit() and key.startswith("session_")
    )
    yield from (value[f"session_{number}"] for number in numbers)


def told(turn: Mapping[str, Any]) -> str:
    """A turn as a memory; a picture is its caption."""
    caption = f" ({turn['blip_caption']})" if turn.get("blip_caption") else ""
    return f"{turn['speaker']}: {turn.get('text') or turn.get('clean_text') or ''}{caption}"


def print_table(name: str, found: Mapping[str, list[list[float]]]) -> None:
    """Recall at each k with its interval; the gain of fusing over words, paired."""
    count = len(found["fused"])
    print(f"{name}: {count} questions, evidence recall at {', '.join(map(str, AT))}")
    for way in WAYS:
        cells = (interval([row[at] for row in found[way]]) for at in range(len(AT)))
        print(f"  {way:8} {'  '.join(cells)}")
    pairs = zip(found["fused"], found["words"], strict=True)
    gains = [[a - b for a, b in zip(one, other, strict=True)] for one, other in pairs]
    cells = (interval([row[at] for row in gains]) for at in range(len(AT)))
    print(f"  fused less words: {'  '.join(cells)}", flush=True)


def interval(values: Sequence[float]) -> str:
    """Mean and 95 % bootstrap interval."""
    rng = random.Random(0)
    means = sorted(sum(rng.choices(values, k=len(values))) / len(values) for _ in range(DRAWS))
    low, high = means[int(0.025 * DRAWS)], means[int(0.975 * DRAWS)]
    return f"{sum(values) / len(values):.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
