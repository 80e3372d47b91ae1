"""How fast is recall among very many memories, and what does it cost to keep them?

    python benchmarks/memory_scale.py [--sizes 10000,100000,1000000] [--work DIR] [--json FILE]

One owner's memories on SQLite, 10,000 by default; a million takes about 5 GB below --work and half
an hour of one core. An interrupted run goes on with the same --work.

What is real and what is not. The turns of LoCoMo and REALTALK are in the store as they were said,
with their own vectors. The rest are two sentences of Multi-Session Chat and PersonaChat drawn at
random, each with the two made before it as its context, and as vector the normalised sum of the
sentences' vectors and a little noise: embedding a million texts would take an hour and say nothing
about the store. Questions are those of LoCoMo and REALTALK, with their real vectors; the time of
embedding one is shown apart.

Beside `recalled` (words and meaning in a scope, fused, the best five as memories) stand, in the
same run on the same files, a bare usearch query and a bare FTS5 query for as many candidates as
recall asks of each, by all words of the question as FTS5 would do by itself, and by those words
alone that the store asks for. Times are processor time, warm: other questions came before.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import memory_recall
import numpy as np

from personae.data import Memory
from personae.encoders.embedder import OnnxEmbedder, open_embedder
from personae.memory.recalling import CANDIDATES, recalled
from personae.memory.telling import told
from personae.settings import load_settings
from personae.store.memory_types import Scope
from personae.store.memory_words import CONTEXT_WEIGHT, MemoryWords
from personae.store.sqlite import SqlStore, open_store
from personae.store.words import match_expression

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

BLOCK = 1_000
SENTENCES = 8_000
NOISE = 0.02
ASKED, WARM = 200, 100
BARE_ASKED = 60  # of the slow way: by all words
K = 5
NAMES = [f"{first}{last}" for first in ("An", "Bo", "Ce", "Da", "El") for last in "abdeiklnsy"]


@dataclass(frozen=True)
class Corpus:
    """What the memories are made of, and what is asked."""

    real: list[Memory]
    real_vectors: Vectors
    sentences: list[str]
    vectors: Vectors
    questions: list[memory_recall.Question]
    question_vectors: Vectors


def main() -> None:
    """Grow a store from size to size and measure each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="10000")
    parser.add_argument("--work", type=Path, help="where the store is kept and taken up again")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sizes = sorted(int(size) for size in options.sizes.split(","))
    with tempfile.TemporaryDirectory() as folder:
        work = options.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        embedder = open_embedder(threads=1)
        corpus = read_corpus(embedder)
        report = {}
        for size in sizes:
            report[size] = measured(work, size, corpus, embedder.fingerprint)
            report[size]["embedding one question, ms"] = embedding_ms(embedder, corpus)
            print_report(size, report[size])
    if options.json:
        options.json.write_text(json.dumps(report, indent=1) + "\n", "utf-8")


def read_corpus(embedder: OnnxEmbedder) -> Corpus:
    """The same each time."""
    data = load_settings().datasets_dir
    real, questions = list[Memory](), list[memory_recall.Question]()
    for name in ("locomo", "realtalk"):
        for file in sorted((data / name).glob("*.json")):
            memories, asked = memory_recall.read(json.loads(file.read_text("utf-8")))
            mark = f"{file.stem}:"
            real += [one.model_copy(update={"id": mark + one.id}) for one in memories]
            questions += [
                memory_recall.Question(one.text, frozenset(mark + key for key in one.evidence))
                for one in asked
            ]
    rng = random.Random(0)
    rng.shuffle(questions)
    questions = questions[: ASKED + WARM]
    sentences = sorted(set(read_sentences(data)))
    rng.shuffle(sentences)
    sentences = sentences[:SENTENCES]
    print(f"embedding {len(real) + len(sentences)} texts", flush=True)
    return Corpus(
        real, embedder.embed([told(one) for one in real]),
        sentences, embedder.embed(sentences),
        questions, embedder.embed([one.text for one in questions]),
    )  # fmt: skip


def read_sentences(data: Path) -> Iterator[str]:
    """Sentences of Multi-Session Chat and PersonaChat."""
    for file in [*(data / "msc").glob("session-*.json"), data / "xpersona/En_persona_valid.json"]:
        for dialogue in json.loads(file.read_text("utf-8")):
            for pair in dialogue["dialogue"]:
                for turn in pair:
                    for sentence in re.split(r"(?<=[.!?])\s+", turn):
                        if 3 <= len(sentence.split()) <= 30:
                            yield sentence


def made(corpus: Corpus, block: int) -> tuple[list[Memory], Vectors]:
    """A block of memories and their vectors; block 0 onwards begin with the real ones."""
    start = block * BLOCK
    real, vectors = corpus.real[start : start + BLOCK], corpus.real_vectors[start : start + BLOCK]
    rng = np.random.default_rng((1, block))
    count = BLOCK - len(real)
    if not count:
        return real, vectors
    pairs = rng.integers(0, len(corpus.sentences), (count, 2))
    texts = [" ".join(corpus.sentences[at] for at in pair) for pair in pairs]
    subjects = [NAMES[at] for at in rng.integers(0, len(NAMES), count)]
    memories = [
        Memory(
            text=text, subject=subject, id=f"{block:06}-{at:04}", provenance=(f"t{block}-{at}",),
            context="\n".join(f"{NAMES[at % 50]}: {one}" for one in texts[max(0, at - 2) : at]),
        )
        for at, (text, subject) in enumerate(zip(texts, subjects, strict=True))
    ]  # fmt: skip
    sums = corpus.vectors[pairs[:, 0]] + corpus.vectors[pairs[:, 1]]
    sums += rng.normal(0, NOISE, sums.shape).astype(np.float32)
    sums /= np.linalg.norm(sums, axis=1, keepdims=True)
    return [*real, *memories], np.concatenate([vectors, sums.astype(np.float32)])


def measured(work: Path, size: int, corpus: Corpus, fingerprint: str) -> dict[str, Any]:
    """Grow the store to `size`, index it, ask it."""
    path = work / "personae.db"
    with open_store(path) as store:
        figures: dict[str, Any] = {"keeping, memories/s": grown(store, size, corpus, fingerprint)}
        started = time.process_time()
        indexed = store.index_memories(progress=told_now("indexed"))
        took = time.process_time() - started
        if indexed:
            figures["indexing, s"] = took
        figures |= asked(store, corpus)
        figures |= beside(store, corpus, size)
        figures["evidence@10 of recall"] = evidence(store, corpus)
    files = [path, *path.with_name("personae.db-vectors").glob("*")]
    figures["bytes a memory"] = path.stat().st_size / size
    figures["bytes a memory, index"] = sum(file.stat().st_size for file in files[1:]) / size
    return figures


def grown(store: SqlStore, size: int, corpus: Corpus, fingerprint: str) -> float | None:
    """Keep blocks until the store has `size` memories; how many a second, making them apart."""
    counted = "SELECT count(*) FROM memories"
    (start,) = store._database.connection.execute(counted).fetchone()
    took, show = 0.0, told_now("kept")
    for block in range(start // BLOCK, size // BLOCK):
        memories, vectors = made(corpus, block)
        began = time.process_time()
        store.keep_memories(memories, vectors=vectors, fingerprint=fingerprint)
        took += time.process_time() - began
        show((block + 1) * BLOCK, size)
    return (size - start) / took if size > start else None


@dataclass(frozen=True)
class Known:
    """An embedder of one text, whose vector is known."""

    vector: Vectors
    fingerprint: str = ""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """The vector."""
        return self.vector[None, :]


def asked(store: SqlStore, corpus: Corpus) -> dict[str, Any]:
    """Times of recall and of its two halves."""
    scope = Scope(holder="Ana", heard_by="Bo")

    def recall(at: int) -> None:
        recalled(store, Known(corpus.question_vectors[at]), corpus.questions[at].text, scope, k=K)  # type: ignore[arg-type]

    return {
        "recall, ms": times(recall),
        "by words, ms": times(
            lambda at: store.rank_by_words(corpus.questions[at].text, scope, limit=CANDIDATES)
        ),
        "by meaning, ms": times(
            lambda at: store.rank_by_vector(corpus.question_vectors[at], scope, limit=CANDIDATES)
        ),
    }


def beside(store: SqlStore, corpus: Corpus, size: int) -> dict[str, Any]:
    """Bare queries of the same files, and how near the store's answers are to the exact ones."""
    connection = store._database.connection
    figures: dict[str, Any] = {}
    views = store._vectors._indexes._views
    exact = exact_ids(corpus, size)
    if views:
        _, index = next(iter(views.values()))
        figures["bare usearch, ms"] = times(
            lambda at: index.search(corpus.question_vectors[at], CANDIDATES, threads=1)
        )
        figures["bare usearch for 10, ms"] = times(
            lambda at: index.search(corpus.question_vectors[at], 10, threads=1)
        )
    scored = f"bm25(memories_fts, 1.0, 1.0, {CONTEXT_WEIGHT})"
    bare = (
        f"SELECT key FROM memories JOIN (SELECT rowid AS number, {scored} AS score "
        f"FROM memories_fts WHERE memories_fts MATCH ? ORDER BY score LIMIT {CANDIDATES}) "
        "ON number = memories.id ORDER BY score"
    )

    def by(expression: str) -> list[str]:
        return [key for (key,) in connection.execute(bare, (expression,))]

    every = [match_expression(one.text, "any") for one in corpus.questions]
    words = MemoryWords()
    rare = [words._expression(connection, one.text, "any") for one in corpus.questions]
    figures["bare FTS5, all words, ms"] = times(lambda at: by(every[at]), BARE_ASKED, 5)
    figures["bare FTS5, the same words, ms"] = times(lambda at: by(rare[at]))
    near = full = 0
    found_by = {"the store's words": 0.0, "all words": 0.0}
    for at in range(WARM, WARM + ASKED):
        found = store.nearest_memories(corpus.question_vectors[at], Scope(), limit=10)
        near += len({one.memory.id for one in found} & exact[at])
    for at in range(WARM, WARM + BARE_ASKED):
        question = corpus.questions[at]
        own = {one.id for one in store.rank_by_words(question.text, Scope(), limit=10)}
        all_words = set(by(every[at])[:10])
        full += len(own & all_words)
        for name, ids in zip(found_by, (own, all_words), strict=True):
            found_by[name] += len(ids & question.evidence) / len(question.evidence)
    figures["meaning, recall@10 of exact"] = near / (10 * ASKED)
    figures["words, share of all words' first 10"] = full / (10 * BARE_ASKED)
    for name, total in found_by.items():
        figures[f"evidence@10 by {name}"] = total / BARE_ASKED
    return figures


def exact_ids(corpus: Corpus, size: int) -> list[set[str]]:
    """The ten nearest memories of each question, by float32."""
    best: list[list[tuple[float, str]]] = [[] for _ in corpus.questions]
    for block in range(size // BLOCK):
        memories, vectors = made(corpus, block)
        cosines = corpus.question_vectors @ vectors.T
        for at, row in enumerate(cosines):
            first = np.argpartition(-row, 10)[:10]
            best[at] += [(float(row[place]), memories[place].id) for place in first]
            best[at] = sorted(best[at], reverse=True)[:10]
    return [{key for _, key in one} for one in best]


def evidence(store: SqlStore, corpus: Corpus) -> float:
    """The share of a question's turns among the first ten recalled of all memories."""
    total = 0.0
    for at in range(WARM, WARM + ASKED):
        question, vector = corpus.questions[at], corpus.question_vectors[at]
        found = recalled(store, Known(vector), question.text, Scope(), k=10)  # type: ignore[arg-type]
        total += len({one.memory.id for one in found} & question.evidence) / len(question.evidence)
    return total / ASKED


def embedding_ms(embedder: OnnxEmbedder, corpus: Corpus) -> dict[str, float]:
    """What a question costs to embed, which each of these ways needs first."""
    return times(lambda at: embedder.embed([f"{corpus.questions[at].text} {time.time()}"]))


def times(ask: Callable[[int], object], count: int = ASKED, warm: int = WARM) -> dict[str, float]:
    """Median and 95th percentile in milliseconds, after other questions."""
    for at in range(WARM - warm, WARM):
        ask(at)
    took = []
    for at in range(WARM, WARM + count):
        began = time.process_time()
        ask(at)
        took.append(1000 * (time.process_time() - began))
    return {"p50": float(np.percentile(took, 50)), "p95": float(np.percentile(took, 95))}


def told_now(what: str) -> Callable[[int, int], None]:
    """Progress, a line every ten seconds."""
    last = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal last
        if time.monotonic() - last > 10:
            last = time.monotonic()
            print(f"  {what} {done:,} of {of:,}", flush=True)

    return tell


def print_report(size: int, figures: dict[str, Any]) -> None:
    """One figure a line."""
    print(f"{size:,} memories")
    for name, value in figures.items():
        shown = value
        if isinstance(value, dict):
            shown = f"p50 {value['p50']:.2f}, p95 {value['p95']:.2f}"
        elif isinstance(value, float):
            shown = f"{value:,.3f}" if value < 10 else f"{value:,.0f}"
        print(f"  {name:36} {shown}", flush=True)


if __name__ == "__main__":
    main()
