"""Full text in PostgreSQL, as FTS5 does it: the same words, the same stems, the same BM25."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator

from personae.store.connection import Connection, WordQuery
from personae.store.types import Match
from personae.store.words import query_words, spaced

MAX_WORD_CHARACTERS = 255
MAX_INDEXED_BYTES = 400_000  # a tsvector holds at most 1 MiB, each word with its places
PAGE_ROWS = 500
MANY_ROWS = 100_000  # from which the table's size and the texts' length are estimated

_DIACRITICS = re.compile("[\u0300-\u036f]")
_CONFIGURATIONS = {"turns": "turn_words", "memories": "memory_words"}


def folded(text: str) -> str:
    """The words of a text in lower case without diacritics, one space apart.

    A word is made of letters and digits, as for FTS5's `unicode61`; characters of scripts without
    spaces are words of their own.
    """
    if text.isascii():
        words = re.findall("[a-z0-9]+", text.lower())
    else:
        bare = _DIACRITICS.sub("", unicodedata.normalize("NFD", text.lower()))
        whole = spaced(unicodedata.normalize("NFC", bare))
        words = "".join(one if _is_of_word(one) else " " for one in whole).split()
    kept, left = [], MAX_INDEXED_BYTES
    for word in words:
        short = word[:MAX_WORD_CHARACTERS]
        left -= len(short.encode()) + 1
        if left < 0:
            break
        kept.append(short)
    return " ".join(kept)


class PostgresWords:
    """PostgreSQL's full text: the columns `words` of turns and memories, filled by triggers."""

    def indexed(self, text: str) -> str:
        """See `WordIndex.indexed`."""
        return folded(text)

    def asked(
        self, connection: Connection, table: str, query: str, match: Match
    ) -> WordQuery | None:
        """See `WordIndex.asked`. Each word that was typed is a phrase of one or more words."""
        phrases = [phrase for phrase in map(folded, query_words(query)) if phrase]
        if not phrases:
            return None
        as_query = f"phraseto_tsquery('{_CONFIGURATIONS[table]}', ?)"
        rows, average = _size(connection, table)
        counts = ", ".join(
            f"(SELECT count(*) FROM {table} WHERE words @@ {as_query})" for _ in phrases
        )
        having = connection.execute(f"SELECT {counts}", phrases).fetchone()
        score, values = [], list[object]()
        for phrase, count in zip(phrases, having, strict=True):
            score.append(f"bm25({table}.words, {as_query}, ?, {table}.word_count, ?)")
            values += [phrase, _rarity(rows, count), average]
        every = (" && " if match == "all" else " || ").join(as_query for _ in phrases)
        return WordQuery(
            source=table,
            condition=f"{table}.words @@ ({every})",
            condition_values=tuple(phrases),
            score=" + ".join(score),
            score_values=tuple(values),
        )

    def erase_traces(self, connection: Connection, table: str) -> None:
        """See `WordIndex.erase_traces`: the words went with their rows."""

    def is_whole(self, connection: Connection, table: str) -> bool:
        """See `WordIndex.is_whole`."""
        differing = (
            f"SELECT count(*) FROM {table} JOIN unnest(CAST(? AS bigint[]), CAST(? AS text[])) "
            f"AS told (id, folded) USING (id) WHERE {table}.words IS DISTINCT FROM "
            f"to_tsvector('{_CONFIGURATIONS[table]}', folded)"
        )
        return not any(
            connection.execute(differing, page).fetchone()[0]
            for page in _folded_pages(connection, table)
        )

    def rebuild(self, connection: Connection, table: str) -> None:
        """See `WordIndex.rebuild`."""
        for page in _folded_pages(connection, table):
            connection.execute(
                f"UPDATE {table} SET search_text = folded FROM unnest(CAST(? AS bigint[]), "
                f"CAST(? AS text[])) AS told (id, folded) WHERE {table}.id = told.id",
                page,
            )


def _folded_pages(connection: Connection, table: str) -> Iterator[tuple[list[int], list[str]]]:
    """The numbers of a table's texts and the words to index, some at a time."""
    last = 0
    while rows := connection.execute(
        f"SELECT id, text FROM {table} WHERE id > ? ORDER BY id LIMIT ?", (last, PAGE_ROWS)
    ).fetchall():
        last = rows[-1][0]
        yield [number for number, _ in rows], [folded(text) for _, text in rows]


def _is_of_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LN" or category == "Co"


def _rarity(rows: int, having: int) -> float:
    """The inverse document frequency of BM25, as FTS5 has it."""
    return max(1e-6, math.log((max(rows, having) - having + 0.5) / (having + 0.5)))


def _size(connection: Connection, table: str) -> tuple[int, float]:
    """How many texts there are, and how many words the mean one has."""
    (estimate,) = connection.execute(
        "SELECT reltuples FROM pg_class WHERE oid = CAST(? AS regclass)", (table,)
    ).fetchone()
    of = table if estimate < MANY_ROWS else f"{table} TABLESAMPLE SYSTEM (1) REPEATABLE (0)"
    rows, average = connection.execute(
        f"SELECT count(*), coalesce(avg(word_count), 0) FROM {of}"
    ).fetchone()
    return (rows if estimate < MANY_ROWS else int(estimate)), max(float(average), 1e-9)
