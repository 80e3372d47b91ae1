"""SQLite's full text as the store asks it."""

from __future__ import annotations

import sqlite3

from personae.store.connection import Connection, MemorySearch, WordQuery
from personae.store.memory_words import MemoryWords
from personae.store.types import Match
from personae.store.words import match_expression, search_text


class Fts5Words:
    """SQLite's full text: the tables `turns_fts` and `memories_fts`, filled by triggers."""

    def indexed(self, text: str) -> str | None:
        """See `WordIndex.indexed`: nothing where the text itself will do."""
        return search_text(text)

    def asked(self, _: Connection, query: str, match: Match) -> WordQuery | None:
        """See `WordIndex.asked`."""
        expression = match_expression(query, match)
        if not expression:
            return None
        return WordQuery(
            source="turns_fts JOIN turns ON turns.id = turns_fts.rowid",
            condition="turns_fts MATCH ?",
            condition_values=(expression,),
            score="-bm25(turns_fts)",
        )

    def erase_traces(self, connection: Connection, table: str) -> None:
        """See `WordIndex.erase_traces`."""
        # FTS5 marks deleted words as deleted until it merges its segments. Its own option
        # secure-delete needs SQLite 3.42 and locks older ones out; merging now does not.
        connection.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('optimize')")

    def is_whole(self, connection: Connection, table: str) -> bool:
        """See `WordIndex.is_whole`."""
        check = f"INSERT INTO {table}_fts ({table}_fts, rank) VALUES ('integrity-check', 1)"
        try:
            connection.execute(check)
        except sqlite3.DatabaseError:
            return False
        return True

    def rebuild(self, connection: Connection, table: str) -> None:
        """See `WordIndex.rebuild`."""
        connection.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")

    def memories(self) -> MemorySearch:
        """See `WordIndex.memories`."""
        return MemoryWords()

    def contexts_with(self, connection: Connection, text: str) -> list[int]:
        """See `WordIndex.contexts_with`."""
        phrase = match_expression(text, "all").replace('" AND "', " ")
        if not phrase:
            return []
        rows = connection.execute(
            "SELECT rowid FROM memories_fts WHERE memories_fts MATCH ?", (f"context : {phrase}",)
        )
        return [number for (number,) in rows]
