"""What was said right before a memory: words by which it is found, and which forgetting must reach.

A short turn ("Yes, last year!") says little by itself; what it answers says what it is about.
"""

from __future__ import annotations

from collections.abc import Sequence

from personae.store.connection import Connection, WordIndex

TURNS_BEFORE = 2
TURN_CHARACTERS = 500  # of each turn before; what is asked comes at its end

Before = tuple[str, str, str]  # a turn's id, its speaker, its text


def said_before(connection: Connection, owner: str, provenance: Sequence[str]) -> list[Before]:
    """The turns before the first of a memory's own that is stored, oldest first."""
    for key in provenance:
        row = connection.execute(
            "SELECT parent_id FROM turns WHERE owner = ? AND key = ?", (owner, key)
        ).fetchone()
        if row is not None:
            return _upwards(connection, row[0])
    return []


def _upwards(connection: Connection, number: int | None) -> list[Before]:
    found: list[Before] = []
    while number is not None and len(found) < TURNS_BEFORE:
        *turn, number = connection.execute(
            "SELECT key, speaker, text, parent_id FROM turns WHERE id = ?", (number,)
        ).fetchone()
        found.append((turn[0], turn[1], turn[2]))
    return found[::-1]


def context_of(before: Sequence[Before]) -> str:
    """The turns as lines, each by its end where it is long."""
    return "\n".join(f"{speaker}: {text[-TURN_CHARACTERS:]}" for _, speaker, text in before)


def note_context(connection: Connection, number: int, before: Sequence[Before]) -> None:
    """Keep of which turns the context of a memory is."""
    connection.executemany(
        "INSERT INTO memory_context_turns VALUES (?, ?)", [(number, turn) for turn, *_ in before]
    )


def clear_contexts(
    connection: Connection, words: WordIndex, owner: str, gone: Sequence[int]
) -> None:
    """Empty the contexts of the owner that hold what memories say that are to be erased.

    By the turns that those were learned in, and by their words: an imported context has no turns.
    """
    for number in gone:
        (text,) = connection.execute("SELECT text FROM memories WHERE id = ?", (number,)).fetchone()
        told = [
            row[0]
            for row in connection.execute(
                "SELECT later.memory_id FROM memory_context_turns AS later "
                "JOIN memory_turns USING (turn) WHERE memory_turns.memory_id = ?",
                (number,),
            )
        ]
        told += words.contexts_with(connection, text)
        connection.executemany(
            "UPDATE memories SET context = '', search_context = NULL WHERE id = ? AND owner = ?",
            [(memory, owner) for memory in told],
        )
        connection.executemany(
            "DELETE FROM memory_context_turns WHERE memory_id IN "
            "(SELECT id FROM memories WHERE id = ? AND owner = ?)",
            [(memory, owner) for memory in told],
        )
