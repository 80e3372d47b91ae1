"""What the tables ask of a database: transactions, a connection, and an index of words.

Statements are written once, with `?` for a value, in the SQL that SQLite and PostgreSQL share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from personae.store.types import Match


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def lastrowid(self) -> int | None:
        """The number of the row that was inserted last."""
        ...

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        ...

    def fetchone(self) -> Any:
        """The next row; None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """The rows that are left."""
        ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """Runs statements within a transaction."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Cursor:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Cursor:
        """Run one statement for each row of values."""
        ...


@dataclass(frozen=True, slots=True)
class WordQuery:
    """How to ask a table for words: what to select from, the condition, the score (BM25)."""

    source: str
    condition: str
    condition_values: tuple[object, ...]
    score: str
    score_values: tuple[object, ...] = ()


class WordIndex(Protocol):
    """The full-text index over the texts of `turns` and `memories`."""

    def indexed(self, text: str) -> str | None:
        """The column `search_text` for a text."""
        ...

    def asked(
        self, connection: Connection, table: str, query: str, match: Match
    ) -> WordQuery | None:
        """How to find words in a table; None where the query has none."""
        ...

    def erase_traces(self, connection: Connection, table: str) -> None:
        """Rid the index of words whose rows were deleted, in the transaction that deletes them."""
        ...


class SqlDatabase(Protocol):
    """A connection that many threads share, with transactions."""

    @property
    def where(self) -> str:
        """Where it is, for sentences: a path, or an address without its password."""
        ...

    @property
    def lock(self) -> AbstractContextManager[Any]: ...

    @property
    def words(self) -> WordIndex: ...

    def reading(self) -> AbstractContextManager[Connection]:
        """A transaction that sees one state of the database throughout."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction that commits at the end, or leaves nothing behind when anything fails.

        One at a time writes, also among processes.
        """
        ...

    def erase_traces(self) -> None:
        """Rid what is stored of what was deleted, as far as the database can."""
        ...

    def problems(self) -> tuple[str, ...]:
        """What the database's own checks say; empty when all is well."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...
