"""Moving a store from one database to another: everything, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from personae.errors import StoreError
from personae.store.connection import Connection, SqlDatabase

PAGE_ROWS = 1_000

# The table, how many of its rows are done, and how many it has.
Show: TypeAlias = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are moved, in the order of its `key`."""

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


def _table(name: str, key: str, columns: str) -> Table:
    return Table(name, tuple(key.split()), tuple(columns.split()))


# In an order in which what a row points at is there before it; but for what is deferred.
TABLES = (
    _table("personas", "id", "id owner key name folded_name saved_at"),
    _table("persona_versions", "persona_id version", "persona_id version name content saved_at"),
    _table(
        "sessions", "id",
        "id owner key persona_id persona_version user_name method model title options active_leaf "
        "created_at updated_at",
    ),
    _table(
        "turns", "id",
        "id owner key session_id parent_id speaker kind text said_at labels",
    ),
    _table("turn_details", "turn_id", "turn_id json"),
    _table("vector_collections", "id", "id owner name fingerprint dimensions removals"),
    _table("vectors", "id", "id collection_id key text vector"),
    _table(
        "memories", "id",
        "id owner key holder subject session kind text kept_at said_at valid_from valid_until "
        "superseded_by confidence importance labels context",
    ),
    _table("memory_turns", "memory_id turn", "memory_id turn"),
    _table("memory_context_turns", "memory_id turn", "memory_id turn"),
    _table("memory_sources", "memory_id source_id", "memory_id source_id"),
    _table("memory_witnesses", "memory_id name", "memory_id name"),
    _table("memory_events", "id", "id memory_id at event text cause"),
)  # fmt: skip
# Made anew by the database that rows are put into: columns to index, and of what.
SEARCHED = {
    "turns": {"search_text": "text"},
    "memories": {"search_text": "text", "search_subject": "subject", "search_context": "context"},
}


@dataclass(frozen=True, slots=True)
class Content:
    """How many rows a table has, and the SHA-256 of all that is in them."""

    rows: int
    sha256: str


def move(source: SqlDatabase, target: SqlDatabase, show: Show | None = None) -> dict[str, Content]:
    """Copy all that is in one database into an empty other one; returns what was moved, by table.

    It is one transaction of the target: whatever ends it early leaves the target empty. Before it
    commits, all rows are read back and compared. Raises StoreError where the target is not empty
    or holds something else in the end.
    """
    moved = {}
    with source.reading() as reading, target.writing() as writing:
        _refuse_unless_empty(writing, target)
        target.begin_loading(writing)
        for table in TABLES:
            moved[table.name] = _copy(source, reading, target, writing, table, show)
        target.end_loading(writing, [table.name for table in TABLES if table.key == ("id",)])
        for table in TABLES:
            if content_of(target, writing, table) != moved[table.name]:
                raise StoreError(
                    f"The table {table.name} was not the same in {target.where}; nothing was moved."
                )
    return moved


def contents(database: SqlDatabase) -> dict[str, Content]:
    """What a database holds, by table, at one moment."""
    with database.reading() as connection:
        return {table.name: content_of(database, connection, table) for table in TABLES}


def content_of(database: SqlDatabase, connection: Connection, table: Table) -> Content:
    """What one table holds."""
    digest, count = hashlib.sha256(), 0
    for page in _pages(database, connection, table):
        count += len(page)
        _digest(digest, page)
    return Content(count, digest.hexdigest())


def _refuse_unless_empty(connection: Connection, target: SqlDatabase) -> None:
    for table in TABLES:
        (count,) = connection.execute(f"SELECT count(*) FROM {table.name}").fetchone()
        if count:
            named = table.name.replace("_", " ")
            raise StoreError(
                f"The store {target.where} is not empty (it has {count:,} {named}); "
                "move into an empty one."
            )


def _copy(
    source: SqlDatabase, reading: Connection, target: SqlDatabase, writing: Connection,
    table: Table, show: Show | None,
) -> Content:  # fmt: skip
    (total,) = reading.execute(f"SELECT count(*) FROM {table.name}").fetchone()
    searched = SEARCHED.get(table.name, {})
    texts = [table.columns.index(column) for column in searched.values()]
    vector = table.columns.index("vector") if "vector" in table.columns else None
    columns = (*table.columns, *searched)
    marks = ", ".join("?" for _ in columns)
    insert = f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})"
    digest, count = hashlib.sha256(), 0

    def row_of(row: list[Any]) -> list[Any]:
        kept = list(row)
        if vector is not None:
            kept[vector] = target.vector_column(row[vector])
        return [*kept, *(target.words.indexed(str(row[text])) for text in texts)]

    for page in _pages(source, reading, table):
        writing.executemany(insert, [row_of(row) for row in page])
        _digest(digest, page)
        count += len(page)
        if show is not None:
            show(table.name, count, total)
    return Content(count, digest.hexdigest())


def _pages(
    database: SqlDatabase, connection: Connection, table: Table
) -> Iterator[list[list[Any]]]:
    """The rows by their key, some at a time; vectors as bytes of little-endian float32."""
    columns = [database.vector_select if column == "vector" else column for column in table.columns]
    key = ", ".join(table.key)
    places = [table.columns.index(column) for column in table.key]
    select, end = f"SELECT {', '.join(columns)} FROM {table.name}", f"ORDER BY {key} LIMIT ?"
    after = f"WHERE ({key}) > ({', '.join('?' for _ in table.key)})"
    rows = connection.execute(f"{select} {end}", (PAGE_ROWS,)).fetchall()
    while rows:
        page = [list(row) for row in rows]
        if "vector" in table.columns:
            at = table.columns.index("vector")
            for row in page:
                row[at] = database.vector_bytes(row[at])
        yield page
        last = [rows[-1][place] for place in places]
        rows = connection.execute(f"{select} {after} {end}", (*last, PAGE_ROWS)).fetchall()


def _digest(digest: Any, page: list[list[Any]]) -> None:
    for row in page:
        values = [value.hex() if isinstance(value, bytes) else value for value in row]
        digest.update(json.dumps(values).encode() + b"\n")
