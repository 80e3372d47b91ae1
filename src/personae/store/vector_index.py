"""Approximate indexes of large collections of vectors, beside the database: caches, made again.

The database says which file holds a collection's index and up to which row; later rows are searched
exactly. A file that the database does not name is a stray (a crash left it) and is removed. Files
are written and erased in a writing transaction, so that SQLite's lock keeps processes apart.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.errors import StoreError
from personae.store.connection import Connection
from personae.store.database import Database
from personae.store.vector_file import (
    erase_rows,
    ids_of,
    load_index,
    new_index,
    view_index,
    write_index,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

# docs/memory.md: exact search of so many rows takes a few milliseconds.
INDEXED_FROM_ROWS = 30_000
TAIL_SHARE = 3  # so many times fewer rows behind an index are worth writing it anew
DEAD_SHARE = 0.25  # of its rows erased: it is built from nothing
_READ_ROWS = 2_048
_ADD_ROWS = 64  # a few hundredths of a second, after which a build can be stopped
_SUFFIX = ".usearch"

Progress = Callable[[int, int], None]
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the database says of an index; `rows` counts erased ones, `highest` is the last id."""

    token: str
    rows: int
    highest: int
    removals: int
    checksum: int


class VectorIndexes:
    """The indexes of a database."""

    def __init__(self, database: Database, from_rows: int = INDEXED_FROM_ROWS) -> None:
        self._database = database
        self._from_rows = from_rows
        self._folder = database.path.with_name(f"{database.path.name}-vectors")
        self._views: dict[int, tuple[str, Any]] = {}
        self._stop = threading.Event()
        self._growing = threading.Lock()
        self._builder: threading.Thread | None = None
        self._failed: set[int] = set()

    def is_due(self, covered: int, left: int) -> bool:
        """Whether so many rows behind the index, or without one, are worth building it."""
        return left >= (self._from_rows // TAIL_SHARE if covered else self._from_rows)

    def covered(self, connection: Connection, collection: int, dimensions: int) -> int:
        """The last row that the index of a collection knows; 0 where there is none."""
        entry = _entry(connection, collection)
        if entry is None or self._view(collection, dimensions, entry) is None:
            return 0
        return entry.highest

    def candidates(self, collection: int, vector: NDArray[np.float32], count: int) -> list[int]:
        """The rows of a covered collection that are nearest by int8; rows that are gone too.

        Fewer than `count` are all that the index reaches. Call it in a transaction, whose lock
        keeps threads apart.
        """
        _, index = self._views[collection]
        matches = index.search(vector, min(count, len(index)), threads=1)
        return [int(key) for key in matches.keys]

    def grow_behind(self, collection: int) -> None:
        """Build or extend an index in a thread, unless one is being built; `close` ends it."""
        if collection in self._failed or (self._builder and self._builder.is_alive()):
            return

        def build() -> None:
            try:
                self.grow(collection)
            except (StoreError, OSError) as error:  # it is a cache: searching goes on without
                self._failed.add(collection)
                if not self._stop.is_set():
                    _logger.warning("No index of vectors could be built: %s", error)

        self._builder = threading.Thread(target=build, name="vector-index", daemon=True)
        self._builder.start()

    def grow(self, collection: int, progress: Progress | None = None) -> bool:
        """Bring the index of a collection up to date where that is worth it; True if it was done.

        `progress` hears of rows done and rows in all. One build at a time. Raises StoreError and
        OSError.
        """
        with self._growing:
            return self._grow(collection, progress)

    def _grow(self, collection: int, progress: Progress | None) -> bool:
        import numpy as np

        with self._database.reading() as connection:
            dimensions, removals = connection.execute(
                "SELECT dimensions, removals FROM vector_collections WHERE id = ?", (collection,)
            ).fetchone() or (0, 0)
            entry = _entry(connection, collection)
            base, ids = self._base(connection, collection, dimensions, entry)
            left = _count(connection, collection, int(ids[-1]) if len(ids) else 0)
        if not self.is_due(len(ids), left):
            return False
        parts = [ids]
        while fresh := self._rows(collection, int(parts[-1][-1]) if len(parts[-1]) else 0):
            made, vectors = fresh
            for at in range(0, len(made), _ADD_ROWS):
                if self._stop.is_set():
                    return False
                base.add(
                    made[at : at + _ADD_ROWS].astype(np.uint64),
                    vectors[at : at + _ADD_ROWS],
                    threads=1,  # the order of rows, and so the graph, is the same each time
                )
            parts.append(made)
            if progress is not None:
                progress(len(base), len(ids) + left)
        return self._finish(collection, base, np.concatenate(parts), entry, removals)

    def settle(self) -> None:
        """Erase from the files what the database no longer has, and remove strays."""
        with self._database.reading() as connection:
            if not self._stale(connection) and not self._strays(connection):
                return
        with self._database.writing() as connection:
            for collection in self._stale(connection):
                self._erase(connection, collection)
            for path in self._strays(connection):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """End a build, which leaves nothing behind, and let go of the files."""
        self._stop.set()
        if self._builder is not None:
            self._builder.join()
        self._views.clear()

    def _path(self, collection: int, token: str) -> Path:
        return self._folder / f"{collection}-{token}{_SUFFIX}"

    def _view(self, collection: int, dimensions: int, entry: _Entry) -> Any | None:
        known = self._views.get(collection)
        if known is not None and known[0] == entry.token:
            return known[1]
        path = self._path(collection, entry.token)
        index = view_index(path, dimensions, entry.rows, entry.removals, entry.checksum)
        self._views.pop(collection, None)
        if index is not None:
            self._views[collection] = (entry.token, index)
        return index

    def _base(
        self, connection: Connection, collection: int, dimensions: int,
        entry: _Entry | None,
    ) -> tuple[Any, Ids]:  # fmt: skip
        """The index to add to, and the ids in it: a new one where the file will not do."""
        import numpy as np

        nothing = (new_index(dimensions) if dimensions else None, np.empty(0, np.int64))
        if entry is None:
            return nothing
        behind = _count(connection, collection, entry.highest)
        alive = _count(connection, collection, 0) - behind
        if entry.rows - alive > DEAD_SHARE * entry.rows:
            return nothing
        path = self._path(collection, entry.token)
        index = load_index(path, dimensions, entry.rows, entry.removals, entry.checksum)
        return nothing if index is None else (index, ids_of(path, entry.rows))

    def _rows(self, collection: int, after: int) -> tuple[Ids, NDArray[np.float32]] | None:
        import numpy as np

        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, vector FROM vectors WHERE collection_id = ? AND id > ? "
                "ORDER BY id LIMIT ?",
                (collection, after, _READ_ROWS),
            ).fetchall()
        if not rows:
            return None
        vectors = np.frombuffer(b"".join(vector for _, vector in rows), np.float32)
        return np.array([number for number, _ in rows]), vectors.reshape(len(rows), -1)

    def _finish(
        self, collection: int, index: Any, ids: Ids, before: _Entry | None, removals: int
    ) -> bool:
        """Write the index and name it, unless another process was faster."""
        import numpy as np

        token = secrets.token_hex(8)
        path = self._path(collection, token)
        with self._database.writing() as connection:
            found = connection.execute(
                "SELECT dimensions, removals FROM vector_collections WHERE id = ?", (collection,)
            ).fetchone()
            if found is None or _entry(connection, collection) != before:
                return False
            self._folder.mkdir(mode=0o700, exist_ok=True)
            try:
                checksum = write_index(index, ids, found[1], path)
                if found[1] != removals:  # some went while it was being built
                    dead = ~np.isin(ids, _ids(connection, collection))
                    erase_rows(path, np.flatnonzero(dead), *found)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            connection.execute(
                "INSERT OR REPLACE INTO vector_indexes VALUES (?, ?, ?, ?, ?, ?)",
                (collection, token, len(ids), int(ids[-1]), found[1], checksum),
            )
        if before is not None:
            with suppress(OSError):  # Windows keeps what is mapped; it is a stray from now on
                self._path(collection, before.token).unlink(missing_ok=True)
        return True

    def _stale(self, connection: Connection) -> list[int]:
        rows = connection.execute(
            "SELECT collection_id FROM vector_indexes JOIN vector_collections "
            "ON vector_collections.id = collection_id "
            "WHERE vector_indexes.removals <> vector_collections.removals"
        )
        return [collection for (collection,) in rows.fetchall()]

    def _strays(self, connection: Connection) -> list[Path]:
        if not self._folder.is_dir():
            return []
        rows = connection.execute("SELECT collection_id, token FROM vector_indexes").fetchall()
        named = {self._path(collection, token) for collection, token in rows}
        return [path for path in self._folder.iterdir() if path not in named]

    def _erase(self, connection: Connection, collection: int) -> None:
        """Overwrite the rows that are gone; without the index where its file cannot be."""
        import numpy as np

        entry = _entry(connection, collection)
        dimensions, removals = connection.execute(
            "SELECT dimensions, removals FROM vector_collections WHERE id = ?", (collection,)
        ).fetchone()
        assert entry is not None
        path = self._path(collection, entry.token)
        try:
            dead = ~np.isin(ids_of(path, entry.rows), _ids(connection, collection))
            erase_rows(path, np.flatnonzero(dead), dimensions, removals)
        except (OSError, ValueError):
            self._views.pop(collection, None)
            connection.execute("DELETE FROM vector_indexes WHERE collection_id = ?", (collection,))
            return
        connection.execute(
            "UPDATE vector_indexes SET removals = ? WHERE collection_id = ?", (removals, collection)
        )


def _entry(connection: Connection, collection: int) -> _Entry | None:
    row = connection.execute(
        "SELECT token, row_count, highest, removals, checksum FROM vector_indexes "
        "WHERE collection_id = ?",
        (collection,),
    ).fetchone()
    return None if row is None else _Entry(*row)


def _count(connection: Connection, collection: int, after: int) -> int:
    row = connection.execute(
        "SELECT count(*) FROM vectors WHERE collection_id = ? AND id > ?", (collection, after)
    ).fetchone()
    return int(row[0])


def _ids(connection: Connection, collection: int) -> Ids:
    import numpy as np

    rows = connection.execute("SELECT id FROM vectors WHERE collection_id = ?", (collection,))
    return np.fromiter((number for (number,) in rows), np.int64)
