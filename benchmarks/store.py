"""How fast the store opens and appends, beside two baselines in the same run.

    python benchmarks/store.py [--turns N] [--appends N] [--json]

Baselines: a JSONL file that is rewritten whole at each turn, as SillyTavern keeps its chats, and
bare sqlite3 (one table, no index but the key, the same pragmas). Two ways to read a path are
compared, because the store had to choose one: a recursive query, and all rows of the session
walked in Python. Times are milliseconds; the store's are for one user turn with its reply.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from personae.data import Persona
from personae.store.sqlite import SqlStore, open_store
from personae.store.types import NewTurn

WORDS = str.split(
    "the a my your dog cat garden kitchen yesterday tomorrow walked cooked saw because and but "
    "really never always rain coffee music sister brother work city sea mountain book quiet loud "
    "happy tired think know remember forget like love small old new red blue green seven morning"
)


def sentence(rng: random.Random) -> str:
    """About 150 characters, as a chat turn has."""
    return " ".join(rng.choices(WORDS, k=rng.randint(12, 44)))


def milliseconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def median_times(action: Callable[[], object], times: int = 9) -> dict[str, float]:
    """On the wall's clock, and the processor's: the second does not see what else is running."""
    walls, processors = [], []
    for _ in range(times):
        start = time.thread_time()
        walls.append(milliseconds(action))
        processors.append((time.thread_time() - start) * 1000)
    return {"wall_ms": statistics.median(walls), "cpu_ms": statistics.median(processors)}


def quantiles(times: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100)
    return {"p50_ms": cuts[49], "p99_ms": cuts[98], "max_ms": max(times)}


def begin(store: SqlStore) -> str:
    ana = Persona(name="Ana", id="ana")
    return store.create_session(ana, user_name="You", method="plain", model="none").id


def exchange(rng: random.Random) -> list[NewTurn]:
    return [NewTurn("You", sentence(rng)), NewTurn("Ana", sentence(rng))]


def fill(store: SqlStore, session: str, turns: int, rng: random.Random) -> None:
    for _ in range(turns // 2):
        store.append_exchange(session, exchange(rng))


def file_bytes(store: SqlStore) -> int:
    """Bytes of the database with its log folded in."""
    store._database.erase_traces()
    return Path(store.where).stat().st_size


def text_bytes(store: SqlStore, session: str) -> int:
    return sum(len(turn.text.encode()) for turn in store.path_to(session))


def measure_size(folder: Path, turns: int) -> dict[str, float]:
    with open_store(folder / f"size-{turns}.db") as store:
        empty = file_bytes(store)
        session = begin(store)
        fill(store, session, turns, random.Random(turns))
        return {
            "bytes_per_turn": (file_bytes(store) - empty) / turns,
            "text_bytes_per_turn": text_bytes(store, session) / turns,
        }


def measure_store(folder: Path, turns: int, appends: int) -> dict[str, object]:
    """Open and append at `turns` turns; branches are two more siblings for each reply."""
    rng = random.Random(1)
    path = folder / "store.db"
    with open_store(path) as store:
        session = begin(store)
        fresh = [milliseconds(lambda: store.append_exchange(session, exchange(rng)))
                 for _ in range(appends)]  # fmt: skip
        fill(store, session, turns - 2 * appends, rng)
        grown = [milliseconds(lambda: store.append_exchange(session, exchange(rng)))
                 for _ in range(appends)]  # fmt: skip
        search = [milliseconds(lambda: store.search_turns(" ".join(rng.choices(WORDS, k=3))))
                  for _ in range(50)]  # fmt: skip

    def open_and_read() -> None:
        with open_store(path) as again:
            assert len(again.path_to(session)) >= turns

    with open_store(path) as store:
        read_path = median_times(lambda: store.path_to(session))
    return {
        "open_and_read": median_times(open_and_read),
        "read_path": read_path,
        "append_first": quantiles(fresh),
        "append_grown": quantiles(grown),
        "search": quantiles(search),
    }


def measure_deletion(folder: Path) -> float:
    """Erasing a session of 100 turns, with its words merged out of the index."""
    with open_store(folder / "store.db") as store:
        session = begin(store)
        fill(store, session, 100, random.Random(3))
        return milliseconds(lambda: store.delete_session(session))


def measure_walks(folder: Path, turns: int) -> dict[str, float]:
    """The two ways to read a path, on bare rows: without and with siblings beside each turn."""
    found: dict[str, float] = {}
    for siblings in (1, 4):
        path = folder / f"walk-{siblings}.db"
        with open_store(path) as store:
            session = begin(store)
            parent = ""
            rng = random.Random(2)
            for _ in range(turns):
                made = [store.append_turn(session, NewTurn("Ana", sentence(rng)), parent_id=parent)
                        for _ in range(siblings)]  # fmt: skip
                parent = made[-1].id
            connection = store._database.connection
            leaf = connection.execute("SELECT active_leaf FROM sessions").fetchone()[0]
            name = f"{turns}_turns_{siblings}_siblings"
            ways = {"recursive_query": by_query, "rows_walked": by_walk}
            for way, read in ways.items():
                action = partial(read, connection, leaf)
                found[f"{way}_{name}_cpu_ms"] = median_times(action)["cpu_ms"]
    return found


COLUMNS = "turns.id, turns.parent_id, turns.key, speaker, text, kind, said_at, labels"


def by_query(connection: sqlite3.Connection, leaf: int) -> list[tuple[object, ...]]:
    rows = connection.execute(
        "WITH RECURSIVE path (i, up) AS (SELECT id, parent_id FROM turns WHERE id = ? "
        "UNION ALL SELECT turns.id, turns.parent_id FROM path JOIN turns "
        f"ON turns.id = up AND turns.id < i) SELECT {COLUMNS} FROM path JOIN turns ON id = i",
        (leaf,),
    ).fetchall()
    return sorted(rows)


def by_walk(connection: sqlite3.Connection, leaf: int) -> list[tuple[object, ...]]:
    rows = {
        row[0]: row
        for row in connection.execute(f"SELECT {COLUMNS} FROM turns WHERE session_id = 1")
    }
    path: list[tuple[object, ...]] = []
    place: int | None = leaf
    while place is not None:
        path.append(rows[place])
        place = rows[place][1]
    return path[::-1]


def measure_jsonl(folder: Path, turns: int, appends: int) -> dict[str, object]:
    """SillyTavern's way: the chat is a list in memory, the file is written whole at each turn."""
    rng, file = random.Random(1), folder / "chat.jsonl"

    def line(name: str) -> str:
        said = {"name": name, "is_user": name == "You", "send_date": "2026-11-23T12:00:00Z"}
        return json.dumps({**said, "mes": sentence(rng), "extra": {}}) + "\n"

    chat = [line("You") for _ in range(turns)]

    def append() -> None:
        for name in ("You", "Ana"):
            chat.append(line(name))
            file.write_text("".join(chat), encoding="utf-8")

    times = [milliseconds(append) for _ in range(appends)]
    opened = median_times(lambda: [json.loads(row) for row in file.read_text().splitlines()])
    size = file.stat().st_size / len(chat)
    return {"append_grown": quantiles(times), "open_and_read": opened, "bytes_per_turn": size}


def measure_bare_sqlite(folder: Path, turns: int, appends: int) -> dict[str, object]:
    """The floor: one row a turn in one table, nothing else."""
    rng, path = random.Random(1), folder / "bare.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("CREATE TABLE turns (id INTEGER PRIMARY KEY, speaker TEXT, text TEXT)")
    insert = "INSERT INTO turns (speaker, text) VALUES (?, ?)"
    connection.executemany(insert, (("You", sentence(rng)) for _ in range(turns)))

    def append() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(insert, [("You", sentence(rng)), ("Ana", sentence(rng))])
        connection.execute("COMMIT")

    times = [milliseconds(append) for _ in range(appends)]
    opened = median_times(lambda: connection.execute("SELECT * FROM turns").fetchall())
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    size = path.stat().st_size / (turns + 2 * appends)
    return {"append_grown": quantiles(times), "open_and_read": opened, "bytes_per_turn": size}


def measure(folder: Path, turns: int, appends: int) -> dict[str, object]:
    return {
        "turns": turns,
        "sqlite": sqlite3.sqlite_version,
        "store": measure_store(folder, turns, appends),
        "delete_100_turns_ms": measure_deletion(folder),
        "size_at_a_tenth": measure_size(folder, turns // 10),
        "size": measure_size(folder, turns),
        "path": measure_walks(folder, turns),
        "jsonl_rewritten": measure_jsonl(folder, turns, appends),
        "bare_sqlite": measure_bare_sqlite(folder, turns, appends),
    }


def flat(value: object, name: str = "") -> list[tuple[str, object]]:
    if not isinstance(value, dict):
        return [(name, value)]
    return [row for key, part in value.items() for row in flat(part, f"{name}.{key}".strip("."))]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--turns", type=int, default=10_000)
    parser.add_argument("--appends", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), options.turns, options.appends)
    if options.json:
        print(json.dumps(found, indent=2))
        return
    for name, value in flat(found):
        print(f"{name:62} {value:>12.3f}" if isinstance(value, float) else f"{name:62} {value:>12}")


if __name__ == "__main__":
    main()
