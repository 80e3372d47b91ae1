"""What the tables ask of a database: transactions, a connection, and an index of words.

Statements are written once, with `?` for a value, in the SQL that SQLite and PostgreSQL share.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from personae.store.types import Match

# A JSON list of numbers as rows: each number would be text in PostgreSQL.
NUMBERS = "SELECT CAST(value AS bigint) FROM json_each(?)"


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

    def fetchmany(self, size: int, /) -> list[Any]:
        """The next rows, so many at most."""
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


class MemorySearch(Protocol):
    """The full text of memories: what they say, whom they are about, what was said before them."""

    def best(
        self, connection: Connection, query: str, match: Match, limit: int, condition: str,
        values: Sequence[object],
    ) -> list[tuple[int, float]]:  # fmt: skip
        """Numbers and scores of the best rows of `memories` that meet a condition."""
        ...


class WordIndex(Protocol):
    """The full-text index over the texts of `turns` and `memories`."""

    def indexed(self, text: str) -> str | None:
        """The column `search_text` for a text."""
        ...

    def asked(self, connection: Connection, query: str, match: Match) -> WordQuery | None:
        """How to find words in `turns`; None where the query has none."""
        ...

    def memories(self) -> MemorySearch:
        """A search of memories, which may keep what it learns of the index."""
        ...

    def contexts_with(self, connection: Connection, text: str) -> list[int]:
        """The numbers of the memories whose context has the words of a text in a row."""
        ...

    def erase_traces(self, connection: Connection, table: str) -> None:
        """Rid the index of words whose rows were deleted, in the transaction that deletes them."""
        ...

    def is_whole(self, connection: Connection, table: str) -> bool:
        """Whether the index holds the words of the table's texts, and no others."""
        ...

    def rebuild(self, connection: Connection, table: str) -> None:
        """Make the index anew from the texts."""
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

    def compact(self) -> None:
        """Write everything anew, without what was deleted; others wait meanwhile."""
        ...

    def size_bytes(self) -> int:
        """How much it takes on the disk."""
        ...

    # For `personae.store.moving`

    @property
    def vector_select(self) -> str:
        """How to ask for the column `vector`."""
        ...

    def vector_bytes(self, selected: Any) -> bytes:
        """What `vector_select` gave as little-endian float32."""
        ...

    def vector_column(self, vector: bytes) -> object:
        """Little-endian float32 as the value of a column `vector`."""
        ...

    def begin_loading(self, connection: Connection) -> None:
        """Let rows of this transaction point at rows that come later."""
        ...

    def end_loading(self, connection: Connection, tables: Sequence[str]) -> None:
        """Go on counting after the highest `id` of the tables."""
        ...

    def close(self) -> None:
        """Give the connection back."""
        ...
