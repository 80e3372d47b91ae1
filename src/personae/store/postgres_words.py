"""Full text in PostgreSQL, as FTS5 does it: the same words, the same stems, the same BM25."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence

from personae.store.connection import Connection, MemorySearch, WordQuery
from personae.store.memory_words import (
    CONTEXT_WEIGHT,
    LARGE_FROM_ROWS,
    WEIGHED_ROWS,
    rare_first,
)
from personae.store.types import Match
from personae.store.words import query_words, spaced

MAX_WORD_CHARACTERS = 255
MAX_INDEXED_BYTES = 400_000  # a tsvector holds at most 1 MiB, each word with its places
PAGE_ROWS = 500
MANY_ROWS = 100_000  # from which the table's size and the texts' length are estimated

_DIACRITICS = re.compile("[\u0300-\u036f]")
_TURN = "phraseto_tsquery('turn_words', ?)"
_MEMORY = "phraseto_tsquery('memory_words', ?)"
# Of each table its texts, each with the column of its words, the one to index, and how.
_PARTS = {
    "turns": {"text": ("words", "search_text", "turn_words")},
    "memories": {
        "text": ("words", "search_text", "memory_words"),
        "subject": ("about_words", "search_subject", "memory_words"),
        "context": ("context_words", "search_context", "memory_words"),
    },
}
_TOLD = "unnest(CAST(? AS bigint[]), CAST(? AS text[])) AS told (id, folded)"
_OF_ITSELF = ("words", "about_words")
_WEIGHTS = {"words": 1.0, "about_words": 1.0, "context_words": CONTEXT_WEIGHT}
_LENGTH = "(word_count + about_count + context_count)"


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
    """PostgreSQL's full text: columns of turns and memories, filled by triggers."""

    def indexed(self, text: str) -> str:
        """See `WordIndex.indexed`."""
        return folded(text)

    def asked(self, connection: Connection, query: str, match: Match) -> WordQuery | None:
        """See `WordIndex.asked`. Each word that was typed is a phrase of one or more words."""
        phrases = phrases_of(query)
        if not phrases:
            return None
        rows, average = _size(connection, "turns", "word_count")
        having = _counts(connection, "turns", phrases, ("words",), None)
        score, values = [], list[object]()
        for phrase in phrases:
            score.append(f"bm25(occurrences(turns.words, {_TURN}), ?, turns.word_count, ?)")
            values += [phrase, _rarity(rows, having[phrase]), average]
        every = (" && " if match == "all" else " || ").join(_TURN for _ in phrases)
        return WordQuery(
            source="turns",
            condition=f"turns.words @@ ({every})",
            condition_values=tuple(phrases),
            score=" + ".join(score),
            score_values=tuple(values),
        )

    def memories(self) -> MemorySearch:
        """See `WordIndex.memories`."""
        return PostgresMemoryWords()

    def contexts_with(self, connection: Connection, text: str) -> list[int]:
        """See `WordIndex.contexts_with`."""
        phrase = " ".join(phrases_of(text))
        if not phrase:
            return []
        rows = connection.execute(
            f"SELECT id FROM memories WHERE context_words @@ {_MEMORY}", (phrase,)
        ).fetchall()
        return [number for (number,) in rows]

    def erase_traces(self, connection: Connection, table: str) -> None:
        """See `WordIndex.erase_traces`: the words went with their rows."""

    def is_whole(self, connection: Connection, table: str) -> bool:
        """See `WordIndex.is_whole`."""
        for text, (words, _, configuration) in _PARTS[table].items():
            differing = (
                f"SELECT count(*) FROM {table} JOIN {_TOLD} USING (id) WHERE {table}.{words} "
                f"IS DISTINCT FROM to_tsvector('{configuration}', folded)"
            )
            for page in _folded_pages(connection, table, text):
                if connection.execute(differing, page).fetchone()[0]:
                    return False
        return True

    def rebuild(self, connection: Connection, table: str) -> None:
        """See `WordIndex.rebuild`."""
        for text, (_, searched, _) in _PARTS[table].items():
            for page in _folded_pages(connection, table, text):
                connection.execute(
                    f"UPDATE {table} SET {searched} = folded FROM {_TOLD} "
                    f"WHERE {table}.id = told.id",
                    page,
                )


class PostgresMemoryWords:
    """The full text of memories, scored as `MemoryWords` has FTS5 score them."""

    def best(
        self, connection: Connection, query: str, match: Match, limit: int, condition: str,
        values: Sequence[object],
    ) -> list[tuple[int, float]]:  # fmt: skip
        """See `MemorySearch.best`."""
        phrases = phrases_of(query)
        if not phrases or limit < 1:
            return []
        rows, average = _size(connection, "memories", _LENGTH)
        columns = _OF_ITSELF if match == "all" else (*_OF_ITSELF, "context_words")
        at_most = WEIGHED_ROWS + 1 if rows > LARGE_FROM_ROWS else None
        having = _counts(connection, "memories", phrases, columns, at_most)
        asked_for = phrases
        if match == "any" and rows > LARGE_FROM_ROWS:
            asked_for, weighed = rare_first(having)
            phrases = asked_for + weighed
        often = " + ".join(f"{_WEIGHTS[one]} * occurrences({one}, {_MEMORY})" for one in columns)
        score, told = [], list[object]()
        for phrase in phrases:
            score.append(f"bm25({often}, ?, {_LENGTH}, ?)")
            told += [phrase] * len(columns) + [_rarity(rows, having[phrase]), average]
        one = " OR ".join(f"{column} @@ {_MEMORY}" for column in columns)
        having_them = (" AND " if match == "all" else " OR ").join(f"({one})" for _ in asked_for)
        asked = [phrase for phrase in asked_for for _ in columns]
        found = connection.execute(
            f"SELECT memories.id, {' + '.join(score)} AS score FROM memories "
            f"WHERE ({having_them}) AND {condition} ORDER BY score DESC, memories.id DESC LIMIT ?",
            (*told, *asked, *values, limit),
        ).fetchall()
        return [(number, float(score)) for number, score in found]


def phrases_of(query: str) -> list[str]:
    """The words of a query, folded; some become phrases of several words."""
    return [phrase for phrase in map(folded, query_words(query)) if phrase]


def _counts(
    connection: Connection, table: str, phrases: Sequence[str], columns: Sequence[str],
    at_most: int | None,
) -> dict[str, int]:  # fmt: skip
    """How many rows have each phrase in one of the columns, counted up to `at_most`."""
    as_query = _TURN if table == "turns" else _MEMORY
    asked = list(dict.fromkeys(phrases))
    any_of = " OR ".join(f"{column} @@ {as_query}" for column in columns)
    end = "" if at_most is None else f" LIMIT {at_most}"
    counts = ", ".join(
        f"(SELECT count(*) FROM (SELECT 1 FROM {table} WHERE {any_of}{end}) AS rows_with)"
        for _ in asked
    )
    values = [phrase for phrase in asked for _ in columns]
    row = connection.execute(f"SELECT {counts}", values).fetchone()
    return dict(zip(asked, row, strict=True))


def _folded_pages(
    connection: Connection, table: str, column: str
) -> Iterator[tuple[list[int], list[str]]]:
    """The numbers of a table's texts and the words to index, some at a time."""
    last = 0
    while rows := connection.execute(
        f"SELECT id, {column} FROM {table} WHERE id > ? ORDER BY id LIMIT ?", (last, PAGE_ROWS)
    ).fetchall():
        last = rows[-1][0]
        yield [number for number, _ in rows], [folded(text) for _, text in rows]


def _is_of_word(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "LN" or category == "Co"


def _rarity(rows: int, having: int) -> float:
    """The inverse document frequency of BM25, as FTS5 has it."""
    return max(1e-6, math.log((max(rows, having) - having + 0.5) / (having + 0.5)))


def _size(connection: Connection, table: str, length: str) -> tuple[int, float]:
    """How many texts there are, and how many words the mean one has."""
    (estimate,) = connection.execute(
        "SELECT reltuples FROM pg_class WHERE oid = CAST(? AS regclass)", (table,)
    ).fetchone()
    of = table if estimate < MANY_ROWS else f"{table} TABLESAMPLE SYSTEM (1) REPEATABLE (0)"
    rows, average = connection.execute(
        f"SELECT count(*), coalesce(avg({length}), 0) FROM {of}"
    ).fetchone()
    return (rows if estimate < MANY_ROWS else int(estimate)), max(float(average), 1e-9)
