"""The store on PostgreSQL beside the store on SQLite: the same calls in one run.

    python benchmarks/store_postgres.py ADDRESS [--memories N] [--turns N] [--json FILE]

ADDRESS is that of an empty database (docs/store.md). Made-up sentences and random vectors of 384
dimensions; both stores get the same ones. Times are milliseconds on the wall's clock; `move` is the
whole of `personae store migrate` with its verification, from SQLite and back.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from personae.data import Memory, Persona
from personae.store.memory_types import Scope
from personae.store.moving import contents, move
from personae.store.opening import open_address
from personae.store.sqlite import SqlStore
from personae.store.types import NewTurn

WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("ra", "ne", "lo", "ti")]
BATCH = 500
ASKED = 40


def main() -> None:
    """Print a table, and what moving took."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--memories", type=int, default=20_000)
    parser.add_argument("--turns", type=int, default=2_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, open_address(options.address) as postgres:
        if any(one.rows for one in contents(postgres.database).values()):
            raise SystemExit(f"{postgres.where} is not empty.")
        with open_address(Path(folder) / "a.db", indexed_from_rows=2**60) as sqlite:
            found = {"sqlite": measured(sqlite, options.memories, options.turns)}
            seconds = timed(lambda: move(sqlite.database, postgres.database)) / 1000
            found["move"] = {"to PostgreSQL, s": seconds}
        with open_address(Path(folder) / "b.db") as back:
            seconds = timed(lambda: move(postgres.database, back.database)) / 1000
            found["move"]["back, s"] = seconds
        empty(postgres)
        found["postgres"] = measured(postgres, options.memories, options.turns)
        empty(postgres)
    for what in found["sqlite"]:
        row = [f"{found[one][what]:10.2f}" for one in ("sqlite", "postgres")]
        print(f"{what:40} {' '.join(row)}")
    print(found["move"])
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def measured(store: SqlStore, memories: int, turns: int) -> dict[str, float]:
    """Medians of the calls."""
    rng, draws = random.Random(1), np.random.default_rng(1)
    session = store.create_session(
        Persona(name="Ana", id="ana"), user_name="You", method="plain", model="none"
    ).id
    exchanges = [
        timed(lambda: store.append_exchange(session, [turn("You", rng), turn("Ana", rng)]))
        for _ in range(turns // 2)
    ]
    kept = 0.0
    for _ in range(memories // BATCH):
        batch = [Memory(text=sentence(rng), holder="Ana") for _ in range(BATCH)]
        vectors = draws.normal(size=(BATCH, 384)).astype(np.float32)
        kept += timed(
            lambda b=batch, v=vectors: store.keep_memories(b, vectors=v, fingerprint="random")
        )
    scope = Scope(holder="Ana")
    queries = [" ".join(rng.choices(WORDS, k=6)) for _ in range(ASKED)]
    asked = draws.normal(size=(ASKED, 384)).astype(np.float32)
    store.database.compact()  # so that PostgreSQL's planner knows what is there
    store.rank_by_vector(asked[0], scope, limit=100)  # SQLite reads its matrix once
    return {
        "append an exchange": statistics.median(exchanges),
        f"read a path of {turns} turns": timed(lambda: store.path_to(session)),
        "search turns, three words": statistics.median(
            timed(lambda q=one: store.search_turns(q, match="any")) for one in queries
        ),
        "keep a memory with its vector": kept / memories,
        f"rank 100 of {memories} by words": statistics.median(
            timed(lambda q=one: store.rank_by_words(q, scope, limit=100)) for one in queries
        ),
        f"rank 100 of {memories} by vector, exactly": statistics.median(
            timed(lambda v=one: store.rank_by_vector(v, scope, limit=100)) for one in asked
        ),
    }


def empty(store: SqlStore) -> None:
    """Delete what this benchmark put there: the store was empty before."""
    with store.database.writing() as connection:
        for table in ("memories", "vector_collections", "sessions", "turns", "personas"):
            connection.execute(f"DELETE FROM {table}")
    store.database.compact()


def turn(speaker: str, rng: random.Random) -> NewTurn:
    return NewTurn(speaker, sentence(rng))


def sentence(rng: random.Random) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(5, 20)))


def timed(action: Callable[[], object]) -> float:
    """Milliseconds on the wall's clock."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
