"""One SQLite connection behind a lock: opened safely, with transactions and errors as sentences."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from personae.errors import StoreError
from personae.store.connection import Connection
from personae.store.fts5 import Fts5Words
from personae.store.migrations import check_origin, migrate

_ELSEWHERE = "set PERSONAE_HOME to a folder that you can write to"
_CACHE_KIB = 16_000


@dataclass(frozen=True, slots=True)
class Database:
    """A connection that many threads share.

    One connection and a lock rather than one connection a thread: SQLite lets one writer in at a
    time anyway, our transactions take about a millisecond beside a model's seconds, there is one
    page cache, a lock wakes waiters sooner than SQLite's sleeping busy handler does, and pool
    threads that end leave no connection behind.
    """

    path: Path
    connection: sqlite3.Connection
    lock: threading.RLock = field(default_factory=threading.RLock)
    words: Fts5Words = field(default_factory=Fts5Words)

    @property
    def where(self) -> str:
        """The path, for sentences."""
        return str(self.path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the database throughout."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that commits at the end, or leaves nothing behind when anything fails."""
        # IMMEDIATE waits for the write lock here; taking it later could fail without waiting.
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self.lock, sentences(self.path):
            self.connection.execute(begin)
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def erase_traces(self) -> None:
        """Rid the write-ahead log of what was deleted; skipped while another process reads."""
        with self.lock, sentences(self.path):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def problems(self) -> tuple[str, ...]:
        """What SQLite's integrity and foreign key checks say; empty when all is well."""
        with self.lock, sentences(self.path):
            lines = [row[0] for row in self.connection.execute("PRAGMA integrity_check")]
            broken = self.connection.execute("PRAGMA foreign_key_check").fetchall()
        faults = [line for line in lines if line != "ok"]
        return (*faults, *(f"{row[0]} row {row[1]} points at nothing" for row in broken))

    def compact(self) -> None:
        """Write the file anew, without what was deleted."""
        with self.lock, sentences(self.path):
            self.connection.execute("VACUUM")
        self.erase_traces()

    def size_bytes(self) -> int:
        """The size of the file, of its write-ahead log, and of the files that index vectors."""
        beside = self.path.parent.glob(f"{self.path.name}*")
        files = [file for one in beside for file in (one.rglob("*") if one.is_dir() else [one])]
        return sum(file.stat().st_size for file in files if file.is_file())

    vector_select: ClassVar[str] = "vector"

    def vector_bytes(self, selected: bytes) -> bytes:
        """See `SqlDatabase.vector_bytes`: kept as they are."""
        return selected

    def vector_column(self, vector: bytes) -> bytes:
        """See `SqlDatabase.vector_column`."""
        return vector

    def begin_loading(self, connection: Connection) -> None:
        """See `SqlDatabase.begin_loading`."""
        connection.execute("PRAGMA defer_foreign_keys = ON")

    def end_loading(self, connection: Connection, tables: Sequence[str]) -> None:
        """See `SqlDatabase.end_loading`: AUTOINCREMENT follows by itself."""

    def close(self) -> None:
        with self.lock, sentences(self.path):
            self.connection.close()


def open_database(path: Path, busy_timeout_s: float) -> Database:
    """Open or create the database and bring its schema up to date. Raises StoreError."""
    _make_place(path)
    with sentences(path):
        connection = sqlite3.connect(
            path, timeout=busy_timeout_s, isolation_level=None, check_same_thread=False
        )
        try:
            check_origin(connection, path)
            _configure(connection, busy_timeout_s)
            migrate(connection, path)
        except BaseException:
            connection.close()
            raise
    return Database(path, connection)


def _make_place(path: Path) -> None:
    """Create the folder (0700) and the file (0600): conversations are private."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise StoreError(f"{path} is a folder, not a database; {_ELSEWHERE}.")
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(
            f"The database {path} cannot be opened for writing ({reason}); {_ELSEWHERE}."
        ) from error


def _configure(connection: sqlite3.Connection, busy_timeout_s: float) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # what is deleted is overwritten
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    mode = _write_ahead(connection, busy_timeout_s)
    # In WAL mode NORMAL never corrupts and survives the death of the process; only a power cut
    # may take back the last commits, and a turn need not wait for the disk. A file system that
    # has no WAL (some network mounts) gets the full care of a rollback journal.
    connection.execute(f"PRAGMA synchronous = {'NORMAL' if mode == 'wal' else 'FULL'}")


def _write_ahead(connection: sqlite3.Connection, busy_timeout_s: float) -> str:
    """Switch to WAL mode where the file system has it; returns the mode that it is now."""
    give_up_at = time.monotonic() + busy_timeout_s
    while True:
        try:
            return str(connection.execute("PRAGMA journal_mode = WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            # SQLite does not wait here by itself when two processes make a database at once.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
        time.sleep(0.01)


@contextmanager
def sentences(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a StoreError that says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(_sentence(path, error)) from error


def _sentence(path: Path, error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    known = {
        sqlite3.SQLITE_BUSY: f"The database {path} is locked by another program; close that "
        "program, or wait, and try again.",
        sqlite3.SQLITE_LOCKED: f"The database {path} is locked by another program; close that "
        "program, or wait, and try again.",
        sqlite3.SQLITE_READONLY: f"The database {path} is read-only; {_ELSEWHERE}.",
        sqlite3.SQLITE_CANTOPEN: f"The database {path} cannot be opened; {_ELSEWHERE}.",
        sqlite3.SQLITE_PERM: f"The database {path} may not be opened; {_ELSEWHERE}.",
        sqlite3.SQLITE_FULL: f"The disk is full, so {path} could not be written; free some space "
        "and try again: nothing is half-written.",
        sqlite3.SQLITE_NOTADB: f"{path} is not a database; move it away, or {_ELSEWHERE}.",
        sqlite3.SQLITE_CORRUPT: f"The database {path} is damaged; copy it to a safe place and "
        f'rescue what can be read with `sqlite3 "{path}" .recover`.',
        sqlite3.SQLITE_IOERR: f"The disk failed while {path} was read or written ({error}); check "
        "the disk and its free space, and try again.",
    }
    return known.get(code, f"The database {path} failed: {error}.")
