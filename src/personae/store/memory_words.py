"""Memories by their words (BM25), in a time that does not grow with how common the words are.

SQLite scores every row that has any word of the query, and half of all rows have "you". In a large
table only rows with one of the query's rarest words are scored, of a word that alone occurs in very
many the newest. Words that are less rare, but not everywhere, count where a rare one is there too;
the rare ones are then named twice and weigh twice, which FTS5's syntax does not let one avoid.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence

from personae.store.connection import Connection
from personae.store.types import Match
from personae.store.words import phrases_of

# What was said before a memory counts less than what it says; docs/memory.md has the choice.
CONTEXT_WEIGHT = 0.3
# Chosen on a million memories (benchmarks/memory_scale.py) for what fits into 10 milliseconds.
LARGE_FROM_ROWS = 10_000
RARE_ROWS = 3_000  # that have a rare word, together
WEIGHED_ROWS = 100_000  # that have a less rare one, together: SQLite counts them each time
MOST_ROWS = 10_000  # that are scored
_KNOWN_WORDS = 50_000  # whose frequencies are kept in memory
_SCORE = f"-bm25(memories_fts, 1.0, 1.0, {CONTEXT_WEIGHT})"
# FTS5 walks a word's rows by their ids, so the newest are had without reading the others.
_BEST = f"""
    SELECT id, score FROM (
        SELECT rowid AS id, {_SCORE} AS score FROM memories_fts
        WHERE memories_fts MATCH ? ORDER BY rowid DESC LIMIT {MOST_ROWS})
    ORDER BY score DESC, id DESC LIMIT ?
"""
_BEST_SEEN = f"""
    SELECT memories.id, {_SCORE} AS score FROM memories_fts
    JOIN memories ON memories.id = memories_fts.rowid
    WHERE memories_fts MATCH ? AND
"""
_FURTHER_LOOKS = (1, 8)  # times as many are looked at where the scope hides what is best


class MemoryWords:
    """The full text of memories, and how many rows have a word."""

    def __init__(self) -> None:
        self._rows_with: dict[str, int] = {}
        self._rows = 0

    def best(
        self, connection: Connection, query: str, match: Match, limit: int, condition: str,
        values: Sequence[object],
    ) -> list[tuple[int, float]]:  # fmt: skip
        """Ids and scores of the best rows of `memories` that meet a condition."""
        expression = self._expression(connection, query, match)
        if not expression or limit < 1:
            return []
        if not self._is_large(connection):
            return _best_seen(connection, expression, limit, condition, values)
        for times in _FURTHER_LOOKS:
            looked = limit * times
            scored = connection.execute(_BEST, (expression, looked)).fetchall()
            seen = _seen(connection, scored, condition, values)
            if len(seen) >= limit or len(scored) < min(looked, MOST_ROWS):
                return seen[:limit]
        return _best_seen(connection, expression, limit, condition, values)

    def _expression(self, connection: Connection, query: str, match: Match) -> str:
        phrases = phrases_of(query)
        if not phrases:
            return ""
        if match == "all":  # of the memory itself: half of the words said before it is no match
            return f"{{text about}} : ({' AND '.join(phrases)})"
        if self._is_large(connection):
            return self._with_rare(connection, phrases)
        return " OR ".join(phrases)

    def _is_large(self, connection: Connection) -> bool:
        """Whether there may be more rows than are scored; ids are never used again."""
        (highest,) = connection.execute("SELECT coalesce(max(id), 0) FROM memories").fetchone()
        if highest > 2 * self._rows or len(self._rows_with) > _KNOWN_WORDS:
            self._rows, self._rows_with = highest, {}
        return int(highest) > LARGE_FROM_ROWS

    def _with_rare(self, connection: Connection, phrases: Sequence[str]) -> str:
        """The rows that have a rare word, scored by those that are less rare too."""
        rare, weighed = rare_first({one: self._count(connection, one) for one in phrases})
        asked = " OR ".join(rare)
        return f"({asked}) AND ({asked} OR {' OR '.join(weighed)})" if weighed else asked

    def _count(self, connection: Connection, phrase: str) -> int:
        """How many rows have the phrase, counted up to one more than `WEIGHED_ROWS`."""
        if phrase not in self._rows_with:
            (self._rows_with[phrase],) = connection.execute(
                "SELECT count(*) FROM (SELECT 1 FROM memories_fts WHERE memories_fts MATCH ? "
                f"LIMIT {WEIGHED_ROWS + 1})",
                (phrase,),
            ).fetchone()
        return self._rows_with[phrase]


def rare_first(rows_with: Mapping[str, int]) -> tuple[list[str], list[str]]:
    """Phrases by how many rows have them: those to ask for, one at least, and those that weigh."""
    by_rows = sorted((rows, phrase) for phrase, rows in rows_with.items())
    rare = [by_rows[0][1], *_within(by_rows[1:], RARE_ROWS - by_rows[0][0])]
    return rare, _within(by_rows[len(rare) :], WEIGHED_ROWS)


def _within(by_rows: Sequence[tuple[int, str]], most: int) -> list[str]:
    """The first phrases that occur in so many rows together."""
    totals = itertools.accumulate(rows for rows, _ in by_rows)
    return [phrase for (_, phrase), total in zip(by_rows, totals, strict=True) if total <= most]


def _best_seen(
    connection: Connection, expression: str, limit: int, condition: str,
    values: Sequence[object],
) -> list[tuple[int, float]]:  # fmt: skip
    """The same by looking at every row that has the words."""
    rows = connection.execute(
        f"{_BEST_SEEN} {condition} ORDER BY score DESC, memories.id DESC LIMIT ?",
        (expression, *values, limit),
    )
    return rows.fetchall()


def _seen(
    connection: Connection, scored: Sequence[tuple[int, float]], condition: str,
    values: Sequence[object],
) -> list[tuple[int, float]]:  # fmt: skip
    """Those of scored rows that meet the condition."""
    rows = connection.execute(
        # CROSS JOIN: else SQLite would read all rows of the holder.
        "SELECT memories.id FROM json_each(?) AS wanted CROSS JOIN memories "
        f"WHERE memories.id = wanted.value AND {condition}",
        (json.dumps([number for number, _ in scored]), *values),
    )
    seen = {number for (number,) in rows}
    return [one for one in scored if one[0] in seen]
