"""personae's memory beside mem0 and Chroma: writes, reads and what they find, in one run.

    python -m venv peers && peers/bin/pip install . mem0ai==2.2.1 chromadb==1.5.9
    peers/bin/python benchmarks/memory_peers.py [--questions N] [--json FILE]

Every turn of LoCoMo's conversations is kept by itself, one call each, as a memory of that
conversation; then each question asks for the ten best of its conversation. All have the same
embedder, personae's, and its vectors are made before: what is timed is each system's own work. No
language model is asked (mem0 with `infer=False`), nothing goes over the network, telemetry is off;
run it with OMP_NUM_THREADS=1 on a busy machine, or numpy's threads wait for each other.
mem0 runs as it is by default: Qdrant in a local folder and SQLite for the history. It can add words
to its vectors, by a model that its Qdrant client would download; without one it ranks by vectors.
personae is shown as it is used in a chat, where a turn comes with the two before it, and without.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ |= {"MEM0_TELEMETRY": "False", "ANONYMIZED_TELEMETRY": "False", "DO_NOT_TRACK": "1"}
os.environ["HF_HUB_OFFLINE"] = "1"

import memory_recall

from personae.data import Memory
from personae.encoders.embedder import open_embedder
from personae.memory.recalling import recalled
from personae.memory.telling import told
from personae.settings import load_settings
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

K = 10
Keep = Callable[[str, Memory], object]  # a conversation's name, and one of its turns
Find = Callable[[str, str], list[str]]  # a conversation's name and a question; ids, best first


@dataclass(frozen=True)
class Vectors:
    """The embedder's vectors of all texts that occur, made before."""

    known: dict[str, NDArray[np.float32]]
    fingerprint: str

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As an `Embedder` does."""
        import numpy as np

        return np.stack([self.known[text] for text in texts])


def main() -> None:
    """Measure each system and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=10_000, help="of each conversation")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = load_settings().datasets_dir / "locomo"
    talks = {
        file.stem: memory_recall.read(json.loads(file.read_text("utf-8")))
        for file in sorted(folder.glob("*.json"))
    }
    if not talks:
        raise SystemExit(f"There is no LoCoMo in {folder}: set PERSONAE_DATA.")
    vectors = made(talks)
    report = {}
    for name, system in SYSTEMS.items():
        report[name] = measured(system, talks, vectors, options.questions)
        print(f"{name:24} {told_of(report[name])}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def made(talks: dict[str, Any]) -> Vectors:
    """The vectors of all turns and questions."""
    embedder = open_embedder(threads=1)
    texts = [told(one) for memories, _ in talks.values() for one in memories]
    texts += [one.text for _, questions in talks.values() for one in questions]
    return Vectors(dict(zip(texts, embedder.embed(texts), strict=True)), embedder.fingerprint)


@contextmanager
def personae(folder: Path, vectors: Vectors, *, context: bool = True) -> Iterator[Any]:
    """The store, one owner, a character for each conversation."""
    with open_store(folder / "personae.db") as store:

        def keep(talk: str, memory: Memory) -> None:
            changes = {"holder": talk, "id": f"{talk}/{memory.id}"}
            changes |= {} if context else {"context": ""}
            store.keep_memories(
                [memory.model_copy(update=changes)],
                vectors=vectors.embed([told(memory)]),
                fingerprint=vectors.fingerprint,
            )

        def find(talk: str, question: str) -> list[str]:
            found = recalled(store, vectors, question, Scope(holder=talk), k=K)  # type: ignore[arg-type]
            return [one.memory.id for one in found]

        yield keep, find


@contextmanager
def personae_alone(folder: Path, vectors: Vectors) -> Iterator[Any]:
    """The same without the turns before."""
    with personae(folder, vectors, context=False) as ways:
        yield ways


@contextmanager
def mem0_local(folder: Path, vectors: Vectors) -> Iterator[Any]:
    """mem0 with its default local store, a user for each conversation."""
    os.environ["MEM0_DIR"] = str(folder / "mem0")
    os.environ.setdefault("OPENAI_API_KEY", "none is asked")
    import mem0.memory.notices
    from mem0 import Memory as Mem0
    from mem0.utils.factory import EmbedderFactory

    stripped = {text.strip(): vector for text, vector in vectors.known.items()}

    class Known:
        """mem0's interface of an embedder."""

        config = None

        def embed(self, text: str, memory_action: str | None = None) -> list[float]:
            row: list[float] = stripped[text.strip()].tolist()
            return row

    mem0.memory.notices._fetch_remote_config = lambda: None  # its wait for no network is not timed
    EmbedderFactory.create = staticmethod(lambda *_: Known())
    width = len(next(iter(vectors.known.values())))
    store = {"path": str(folder / "qdrant"), "embedding_model_dims": width, "on_disk": True}
    memory = Mem0.from_config(
        {
            "vector_store": {"provider": "qdrant", "config": store},
            "history_db_path": str(folder / "history.db"),
        }
    )

    def keep(talk: str, one: Memory) -> None:
        said = [{"role": "user", "content": told(one)}]
        memory.add(said, user_id=talk, metadata={"turn": one.id}, infer=False)

    def find(talk: str, question: str) -> list[str]:
        found = memory.search(question, top_k=K, filters={"user_id": talk}, threshold=0.0)
        return [f"{talk}/{one['metadata']['turn']}" for one in found["results"]]

    yield keep, find


@contextmanager
def chroma(folder: Path, vectors: Vectors) -> Iterator[Any]:
    """A Chroma collection in a folder, its documents filtered by conversation."""
    import chromadb

    client = chromadb.PersistentClient(str(folder / "chroma"))
    collection = client.create_collection(
        "memories", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )

    def keep(talk: str, one: Memory) -> None:
        collection.add(
            ids=[f"{talk}/{one.id}"], embeddings=vectors.embed([told(one)]),
            documents=[told(one)], metadatas=[{"talk": talk}],
        )  # fmt: skip

    def find(talk: str, question: str) -> list[str]:
        asked = vectors.embed([question])
        found = collection.query(query_embeddings=asked, n_results=K, where={"talk": talk})
        return list(found["ids"][0])

    yield keep, find


SYSTEMS: dict[str, Callable[[Path, Vectors], Any]] = {
    "personae": personae,
    "personae without context": personae_alone,
    "mem0": mem0_local,
    "chroma": chroma,
}


def measured(
    system: Callable[[Path, Vectors], Any], talks: dict[str, Any], vectors: Vectors, most: int
) -> dict[str, Any]:
    """Keep all turns, ask all questions."""
    with tempfile.TemporaryDirectory() as folder, system(Path(folder), vectors) as (keep, find):
        began = time.perf_counter()
        for talk, (memories, _) in talks.items():
            for memory in memories:
                keep(talk, memory)
        kept = sum(len(memories) for memories, _ in talks.values())
        writing = time.perf_counter() - began
        asked = [(talk, one) for talk, (_, questions) in talks.items() for one in questions[:most]]
        find(asked[0][0], asked[0][1].text)
        shares, took = [], []
        for talk, question in asked:
            began = time.perf_counter()
            ids = set(find(talk, question.text))
            took.append(1000 * (time.perf_counter() - began))
            evidence = {f"{talk}/{key}" for key in question.evidence}
            shares.append(len(evidence & ids) / len(evidence))
    return {
        "writes/s": kept / writing,
        "reads/s": 1000 * len(took) / sum(took),
        "read p95, ms": sorted(took)[int(0.95 * len(took))],
        "recall@10": shares,
    }


def told_of(figures: dict[str, Any]) -> str:
    """A line of the table."""
    return (
        f"writes/s {figures['writes/s']:8,.0f}   reads/s {figures['reads/s']:8,.0f}   "
        f"read p95 {figures['read p95, ms']:6.1f} ms   "
        f"evidence recall@10 {memory_recall.interval(figures['recall@10'])}"
    )


if __name__ == "__main__":
    main()
