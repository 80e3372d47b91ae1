"""Full-text queries: any text becomes a query without syntax errors, in any script."""

from __future__ import annotations

import re
import sqlite3

from personae.store.connection import Connection, WordQuery
from personae.store.types import Match

MAX_QUERY_CHARACTERS = 2_000
MAX_QUERY_WORDS = 64

# Scripts written without spaces, whose words the tokenizer would take for one long token:
# Thai to Burmese, kana, the CJK ideographs with their extensions and compatibility forms.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff])"
)


def spaced(text: str) -> str:
    """The text with every character of an unspaced script as a word of its own."""
    return _UNSPACED.sub(r" \1 ", text)


def search_text(text: str) -> str | None:
    """What to index instead of the text, or None where the text itself will do."""
    return spaced(text) if not text.isascii() and _UNSPACED.search(text) else None


def match_expression(query: str, match: Match) -> str:
    """The FTS5 expression for what somebody typed; empty where there is nothing to look for.

    Each word becomes a quoted phrase, so that no character of it is syntax.
    """
    phrases = [f'"{spaced(word)}"' for word in query_words(query)]
    return (" AND " if match == "all" else " OR ").join(phrases)


def query_words(query: str) -> list[str]:
    """The words of what somebody typed that hold a letter or a digit; the first 64."""
    plain = query[:MAX_QUERY_CHARACTERS].translate({0: " ", ord('"'): " "})
    words = [word for word in plain.split() if re.search(r"[^\W_]", word)]
    return words[:MAX_QUERY_WORDS]


class Fts5Words:
    """SQLite's full text: the tables `turns_fts` and `memories_fts`, filled by triggers."""

    def indexed(self, text: str) -> str | None:
        """See `WordIndex.indexed`: nothing where the text itself will do."""
        return search_text(text)

    def asked(self, _: Connection, table: str, query: str, match: Match) -> WordQuery | None:
        """See `WordIndex.asked`."""
        expression = match_expression(query, match)
        if not expression:
            return None
        fts = f"{table}_fts"
        return WordQuery(
            source=f"{fts} JOIN {table} ON {table}.id = {fts}.rowid",
            condition=f"{fts} MATCH ?",
            condition_values=(expression,),
            score=f"-bm25({fts})",
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
