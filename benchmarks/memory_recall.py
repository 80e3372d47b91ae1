"""Does recall find the turns that a question about a long conversation needs?

    python benchmarks/memory_recall.py [--data locomo|realtalk|all] [--json FILE]

Questions of LoCoMo and REALTALK (those that can be answered), with the turns that hold the answer.
Every turn is a memory about its speaker; evidence recall@k is the share of a question's turns among
the first k, mean over questions, with a 95 % bootstrap interval over questions. Side by side: no
memory (which finds nothing), words alone (BM25), meaning alone (the embedder's cosine), both fused,
words with the two turns before, and the two fused, which is what `recalled` does. The weights and
the number of turns before were chosen on REALTALK; LoCoMo tells what came of it.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from personae.data import Memory
from personae.encoders.embedder import OnnxEmbedder, open_embedder
from personae.evaluate.memory_probe import questions_in
from personae.formats.long_chats import UNANSWERABLE
from personae.formats.reading import read_dialogues
from personae.memory.recalling import recalled
from personae.memory.telling import told
from personae.memory.turn_memories import turn_memories
from personae.settings import load_settings
from personae.store.memory_types import Scope
from personae.store.sqlite import SqlStore, open_store

AT = (1, 5, 10, 20)
ALONE = {"words": "words (BM25)", "meaning": "meaning", "fused": "fused"}
WITH = {"words": "words with context", "fused": "fused with context"}
WAYS = ("no memory", *ALONE.values(), *WITH.values())
PAIRS = (("fused", "words (BM25)"), ("fused with context", "fused"))
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
    for name in ("realtalk", "locomo") if options.data == "all" else (options.data,):
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
        memories, questions = read(file)
        vectors = embedder.embed([told(one) for one in memories])
        bare = [one.model_copy(update={"context": ""}) for one in memories]
        for kept, names in ((bare, ALONE), (memories, WITH)):
            with (
                tempfile.TemporaryDirectory() as folder,
                open_store(Path(folder) / "personae.db") as store,
            ):
                store.keep_memories(kept, vectors=vectors, fingerprint=embedder.fingerprint)
                for question in questions:
                    ids = asked(store, embedder, question.text)
                    for way, name in names.items():
                        found[name].append(recalls(question, ids[way]))
        found["no memory"] += [recalls(question, []) for question in questions]
    return found


def recalls(question: Question, ids: Sequence[str]) -> list[float]:
    """The share of the evidence among the first k ids, at each k."""
    return [len(question.evidence & set(ids[:k])) / len(question.evidence) for k in AT]


def asked(store: SqlStore, embedder: OnnxEmbedder, question: str) -> dict[str, list[str]]:
    """The ids that each way finds, best first."""
    most = max(AT)
    vector = embedder.embed([question])[0]
    return {
        "words": [one.memory.id for one in store.search_memories(question, Scope(), limit=most)],
        "meaning": [one.memory.id for one in store.nearest_memories(vector, Scope(), limit=most)],
        "fused": [one.memory.id for one in recalled(store, embedder, question, Scope(), k=most)],
    }


def read(file: Path) -> tuple[list[Memory], list[Question]]:
    """Turns as memories, and the answerable questions whose evidence is there."""
    (chat,) = read_dialogues(file)
    questions = [
        Question(one.asked.text, frozenset(one.evidence))
        for one in questions_in([chat])
        if one.asked.category != UNANSWERABLE and one.evidence
    ]
    return turn_memories(chat), questions


def print_table(name: str, found: Mapping[str, list[list[float]]]) -> None:
    """Recall at each k with its interval; gains, paired."""
    count = len(found["fused"])
    print(f"{name}: {count} questions, evidence recall at {', '.join(map(str, AT))}")
    for way in WAYS:
        print(f"  {way:18} {row(found[way])}")
    for better, worse in PAIRS:
        pairs = zip(found[better], found[worse], strict=True)
        gains = [[a - b for a, b in zip(one, other, strict=True)] for one, other in pairs]
        print(f"  {better} less {worse}: {row(gains)}", flush=True)


def row(values: Sequence[Sequence[float]]) -> str:
    """A cell for each k."""
    return "  ".join(interval([one[at] for one in values]) for at in range(len(AT)))


def interval(values: Sequence[float]) -> str:
    """Mean and 95 % bootstrap interval."""
    rng = random.Random(0)
    means = sorted(sum(rng.choices(values, k=len(values))) / len(values) for _ in range(DRAWS))
    low, high = means[int(0.025 * DRAWS)], means[int(0.975 * DRAWS)]
    return f"{sum(values) / len(values):.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
