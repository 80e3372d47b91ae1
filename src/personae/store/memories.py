"""Memories in the SQLite database: rows, their history, words and vectors."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from personae.errors import InvalidOption, StoreError, UnknownEntry
from personae.store.connection import NUMBERS, Connection, SqlDatabase, WordIndex
from personae.store.ids import Clock
from personae.store.memory_contexts import clear_contexts, context_of, note_context, said_before
from personae.store.memory_types import (
    MAX_MEMORY_CHARACTERS,
    FoundMemory,
    MemoryEvent,
    RankedMemory,
    Scope,
)
from personae.store.rows import (
    json_column,
    json_of,
    name_column,
    text_column,
    time_column,
    time_of,
)
from personae.store.types import NO_LIMIT, Match
from personae.store.vector_index import Progress
from personae.store.vectors import Scored, VectorTable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.data import Memory

    Vector = Sequence[float] | NDArray[np.float32]
    Vectors = Sequence[Sequence[float]] | NDArray[np.float32]

COLLECTION = "memories"
REPEATED = 0.1  # of the way to 1 that the importance of what is said again goes
_FURTHER_LOOKS = (8, 64)  # times as many vectors are looked at where the scope hides what is near

_COLUMNS = """
    memories.id, memories.key, holder, subject, session, kind, memories.text, said_at, valid_from,
    valid_until, confidence, importance, labels, memories.context,
    (SELECT later.key FROM memories AS later WHERE later.id = memories.superseded_by)
"""
_THEIRS = f"memory_id IN ({NUMBERS})"
_SIDES = (
    ("provenance", f"SELECT memory_id, turn FROM memory_turns WHERE {_THEIRS} ORDER BY turn"),
    (
        "sources",
        "SELECT memory_id, memories.key FROM memory_sources JOIN memories "
        f"ON memories.id = source_id WHERE {_THEIRS} ORDER BY source_id",
    ),
    ("witnesses", f"SELECT memory_id, name FROM memory_witnesses WHERE {_THEIRS} ORDER BY name"),
)


class MemoryTable:
    """The memories of a database; its methods are those of `MemoryStore`."""

    def __init__(
        self, database: SqlDatabase, vectors: VectorTable, clock: Clock, new_id: Callable[[], str]
    ) -> None:
        self._database = database
        self._vectors = vectors
        self._clock = clock
        self._new_id = new_id
        self._words = database.words.memories()

    def keep(
        self, memories: Sequence[Memory], owner: str, vectors: Vectors | None,
        fingerprint: str, supersedes: Sequence[str], cause: str,
    ) -> tuple[Memory, ...]:  # fmt: skip
        """See `MemoryStore.keep_memories`."""
        if supersedes and len(memories) != 1:
            raise InvalidOption("Only one memory can take the place of others.")
        if vectors is not None and (not fingerprint or len(vectors) != len(memories)):
            raise InvalidOption("Vectors need their embedder's fingerprint, one for each memory.")
        now = self._clock()
        with self._database.writing() as connection:
            numbered = [self._insert(connection, owner, one, now, cause) for one in memories]
            for number, one in numbered:  # after all rows: they may name each other
                _insert_sides(connection, owner, number, one)
            kept = [one for _, one in numbered]
            if vectors is not None and kept:
                rows = [(one.id, vector, "") for one, vector in zip(kept, vectors, strict=True)]
                self._vectors.put_within(connection, owner, COLLECTION, rows, fingerprint)
            for key in supersedes:
                _supersede(connection, owner, key, kept[0], now)
        return tuple(kept)

    def _insert(
        self, connection: Connection, owner: str, memory: Memory, now: datetime, cause: str
    ) -> tuple[int, Memory]:
        longest = max(len(memory.text), len(memory.context))
        if longest > MAX_MEMORY_CHARACTERS:
            raise InvalidOption(
                f"The memory has {longest:,} characters; at most "
                f"{MAX_MEMORY_CHARACTERS:,} are kept in one."
            )
        said_at = memory.said_at or now
        before = [] if memory.context else said_before(connection, owner, memory.provenance)
        kept = memory.model_copy(
            update={
                "id": name_column(memory.id, "memory id") or self._new_id(),
                "text": text_column(memory.text),
                "context": text_column(memory.context) or context_of(before),
                "said_at": said_at,
                "valid_from": memory.valid_from or said_at,
            }
        )
        if _number(connection, owner, kept.id) is not None:
            raise InvalidOption(f"There is a memory with the id {kept.id!r} already.")
        number = connection.execute(
            "INSERT INTO memories (owner, key, holder, subject, session, kind, text, search_text, "
            "kept_at, said_at, valid_from, valid_until, confidence, importance, labels, context, "
            "search_context, search_subject) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (owner, *_columns_of(kept, now, self._database.words)),
        ).lastrowid
        assert number is not None
        note_context(connection, number, before)
        _note(connection, number, now, "kept", kept.text, cause)
        return number, kept

    def get(self, memory_id: str, owner: str) -> Memory:
        """See `MemoryStore.get_memory`."""
        with self._database.reading() as connection:
            return _memories(connection, "memories.id = ?", _known(connection, owner, memory_id))[0]

    def get_all(self, memory_ids: Sequence[str], owner: str) -> tuple[Memory, ...]:
        """See `MemoryStore.get_memories`."""
        keys = json.dumps([text_column(key) for key in memory_ids])
        with self._database.reading() as connection:
            found = _memories(
                connection, "owner = ? AND key IN (SELECT value FROM json_each(?))", owner, keys
            )
        by_id = {one.id: one for one in found}
        return tuple(by_id[key] for key in memory_ids if key in by_id)

    def ids(self, beginning: str, owner: str, limit: int) -> tuple[str, ...]:
        """See `MemoryStore.memory_ids`."""
        start = text_column(beginning)
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT key FROM memories WHERE owner = ? AND "
                "(key = ? OR lower(substr(key, 1, ?)) = lower(?)) ORDER BY key = ? DESC, id DESC "
                "LIMIT ?",
                (owner, start, len(start), start, start, max(limit, 0)),
            ).fetchall()
        return tuple(key for (key,) in rows)

    def remembered_turns(self, turns: Sequence[str], holder: str, owner: str) -> frozenset[str]:
        """See `MemoryStore.remembered_turns`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT turn FROM memory_turns JOIN memories ON memories.id = memory_id "
                "WHERE turn IN (SELECT value FROM json_each(?)) AND owner = ? AND holder = ?",
                (json.dumps(list(turns)), owner, text_column(holder)),
            ).fetchall()
        return frozenset(turn for (turn,) in rows)

    def all(self, scope: Scope, limit: int | None) -> tuple[Memory, ...]:
        """See `MemoryStore.memories`."""
        condition, values = _seen_by(scope)
        with self._database.reading() as connection:
            return _memories(
                connection,
                f"{condition} ORDER BY said_at DESC, memories.id DESC LIMIT ?",
                *values,
                NO_LIMIT if limit is None else max(limit, 0),
            )

    def search(self, query: str, scope: Scope, limit: int, match: Match) -> tuple[FoundMemory, ...]:
        """See `MemoryStore.search_memories`."""
        with self._database.reading() as connection:
            return _found(connection, self._by_words(connection, query, scope, limit, match))

    def nearest(self, vector: Vector, scope: Scope, limit: int) -> tuple[FoundMemory, ...]:
        """See `MemoryStore.nearest_memories`."""
        with self._database.reading() as connection:
            return _found(connection, self._by_vector(connection, vector, scope, limit))

    def rank_by_words(self, query: str, scope: Scope, limit: int) -> tuple[RankedMemory, ...]:
        """See `MemoryStore.rank_by_words`."""
        with self._database.reading() as connection:
            return _ranked(connection, self._by_words(connection, query, scope, limit, "any"))

    def rank_by_vector(
        self, vector: Vector, scope: Scope, limit: int
    ) -> tuple[RankedMemory, ...]:  # fmt: skip
        """See `MemoryStore.rank_by_vector`."""
        with self._database.reading() as connection:
            return _ranked(connection, self._by_vector(connection, vector, scope, limit))

    def _by_words(
        self, connection: Connection, query: str, scope: Scope, limit: int, match: Match
    ) -> Scored:
        condition, values = _seen_by(scope)
        return self._words.best(connection, text_column(query), match, limit, condition, values)

    def _by_vector(
        self, connection: Connection, vector: Vector, scope: Scope, limit: int
    ) -> Scored:
        """Looks further where the scope hides what is near."""
        if limit < 1:
            return []
        condition, values = _seen_by(scope)
        for looked in (limit, *(limit * more for more in _FURTHER_LOOKS)):
            near = self._vectors.best_within(connection, scope.owner, COLLECTION, vector, looked)
            seen = _seen(connection, near, condition, values)
            if len(seen) >= limit or len(near) < looked:
                return seen[:limit]
        # The scope sees so little that all of it can be looked at.
        keys = f"SELECT key FROM memories WHERE {condition}"
        near = self._vectors.best_of(
            connection, scope.owner, COLLECTION, vector, limit, keys, values
        )
        return _seen(connection, near, condition, values)

    def index(self, owner: str, progress: Progress | None) -> bool:
        """See `MemoryStore.index_memories`."""
        return self._vectors.grow(owner, COLLECTION, progress)

    def repeat(self, memory_id: str, turns: Sequence[str], at: datetime, owner: str) -> Memory:
        """See `MemoryStore.repeat_memory`."""
        with self._database.writing() as connection:
            number = _known(connection, owner, memory_id)
            connection.executemany(
                "INSERT INTO memory_turns VALUES (?, ?) ON CONFLICT DO NOTHING",
                ((number, name_column(turn, "turn id")) for turn in turns),
            )
            connection.execute(
                "UPDATE memories SET importance = importance + ? * (1 - importance), "
                "said_at = max(said_at, ?) WHERE id = ?",
                (REPEATED, time_column(at), number),
            )
            memory = _memories(connection, "memories.id = ?", number)[0]
            _note(connection, number, self._clock(), "repeated", memory.text, ", ".join(turns))
        return memory

    def revise(
        self, memory_id: str, text: str, vector: Vector | None, cause: str, owner: str
    ) -> Memory:
        """See `MemoryStore.revise_memory`."""
        text = text_column(text)
        if not text.strip() or len(text) > MAX_MEMORY_CHARACTERS:
            raise InvalidOption(
                f"A memory has between 1 and {MAX_MEMORY_CHARACTERS:,} characters, not "
                f"{len(text):,}. To be rid of it, forget it."
            )
        with self._database.writing() as connection:
            number = _known(connection, owner, memory_id)
            connection.execute(
                "UPDATE memories SET text = ?, search_text = ? WHERE id = ?",
                (text, self._database.words.indexed(text), number),
            )
            fingerprint = self._vectors.fingerprint_within(connection, owner, COLLECTION)
            if vector is not None and fingerprint:
                row = (memory_id, vector, "")
                self._vectors.put_within(connection, owner, COLLECTION, [row], fingerprint)
            else:  # a vector of the old text would find it by what it no longer says
                self._vectors.delete_within(connection, owner, COLLECTION, [memory_id])
            _note(connection, number, self._clock(), "revised", text, cause)
            revised = _memories(connection, "memories.id = ?", number)[0]
        self._vectors.settle()
        return revised

    def events(self, memory_id: str, owner: str) -> tuple[MemoryEvent, ...]:
        """See `MemoryStore.memory_events`."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT at, event, text, cause FROM memory_events WHERE memory_id = ? ORDER BY id",
                (_known(connection, owner, memory_id),),
            ).fetchall()
        return tuple(MemoryEvent(time_of(at), *told) for at, *told in rows)

    def forget(self, memory_ids: Sequence[str], owner: str) -> tuple[str, ...]:
        """See `MemoryStore.forget_memories`."""
        with self._database.writing() as connection:
            keys = self._erase(
                connection, owner, [_known(connection, owner, key) for key in memory_ids]
            )
        self._database.erase_traces()
        self._vectors.settle()
        return keys

    def forget_session_within(self, connection: Connection, owner: str, session: str) -> None:
        """Erase what was learned in a session, in the transaction that erases it."""
        rows = connection.execute(
            "SELECT id FROM memories WHERE owner = ? AND session = ?", (owner, session)
        ).fetchall()
        self._erase(connection, owner, [number for (number,) in rows])

    def _erase(self, connection: Connection, owner: str, numbers: Sequence[int]) -> tuple[str, ...]:
        gone = _with_descendants(connection, numbers)
        if not gone:
            return ()
        keys = tuple(key for _, key in gone)
        self._vectors.delete_within(connection, owner, COLLECTION, keys)
        clear_contexts(connection, self._database.words, owner, [number for number, _ in gone])
        connection.executemany(
            "DELETE FROM memories WHERE id = ?", ((number,) for number, _ in gone)
        )
        self._database.words.erase_traces(connection, "memories")
        return keys


def _columns_of(memory: Memory, now: datetime, words: WordIndex) -> tuple[Any, ...]:
    assert memory.said_at is not None
    assert memory.valid_from is not None
    return (
        memory.id,
        name_column(memory.holder, "holder"),
        name_column(memory.subject, "subject"),
        name_column(memory.session, "session id"),
        memory.kind,
        memory.text,
        words.indexed(memory.text),
        time_column(now),
        time_column(memory.said_at),
        time_column(memory.valid_from),
        None if memory.valid_until is None else time_column(memory.valid_until),
        memory.confidence,
        memory.importance,
        json_column(memory.labels, "memory's labels") if memory.labels else None,
        memory.context,
        words.indexed(memory.context),
        words.indexed(memory.subject),
    )


def _insert_sides(connection: Connection, owner: str, number: int, memory: Memory) -> None:
    """The turns it was learned in, the memories it was made from or gave way to, its witnesses."""
    if memory.superseded_by:
        connection.execute(
            "UPDATE memories SET superseded_by = ? WHERE id = ?",
            (_known(connection, owner, memory.superseded_by), number),
        )
    connection.executemany(
        "INSERT INTO memory_turns VALUES (?, ?) ON CONFLICT DO NOTHING",
        ((number, name_column(turn, "turn id")) for turn in memory.provenance),
    )
    connection.executemany(
        "INSERT INTO memory_sources VALUES (?, ?) ON CONFLICT DO NOTHING",
        ((number, _known(connection, owner, key)) for key in memory.sources),
    )
    connection.executemany(
        "INSERT INTO memory_witnesses VALUES (?, ?) ON CONFLICT DO NOTHING",
        ((number, name_column(name, "witness")) for name in memory.witnesses),
    )


def _supersede(connection: Connection, owner: str, key: str, by: Memory, now: datetime) -> None:
    """End the old memory where the new one begins to hold."""
    number, new = _known(connection, owner, key), _known(connection, owner, by.id)
    assert by.valid_from is not None
    connection.execute(
        "UPDATE memories SET superseded_by = ?, valid_until = max(valid_from, "
        "min(coalesce(valid_until, ?), ?)) WHERE id = ?",
        (new, *(time_column(by.valid_from),) * 2, number),
    )
    _note(connection, number, now, "superseded", by.text, by.id)


def _seen_by(scope: Scope) -> tuple[str, list[object]]:
    """The condition on a row of `memories`, and its values."""
    conditions, values = ["memories.owner = ?"], list[object]([scope.owner])

    def add(condition: str, *given: object) -> None:
        conditions.append(condition)
        values.extend(given)

    if scope.holder is not None:
        add("memories.holder IN (?, '')", scope.holder)
    if scope.subject is not None:
        add("memories.subject = ?", scope.subject)
    if scope.session is not None:
        add("memories.session = ?", scope.session)
    if scope.heard_by is not None:
        of_it = "SELECT 1 FROM memory_witnesses WHERE memory_id = memories.id"
        add(f"(NOT EXISTS ({of_it}) OR EXISTS ({of_it} AND name = ?))", scope.heard_by)
    if scope.kinds:
        add(f"memories.kind IN ({_marks(scope.kinds)})", *scope.kinds)
    if scope.at is not None:
        at = time_column(scope.at)
        until = "(memories.valid_until IS NULL OR memories.valid_until > ?)"
        add(f"memories.valid_from <= ? AND {until}", at, at)
    elif not scope.past:
        add("memories.superseded_by IS NULL")
    return " AND ".join(conditions), values


def _with_descendants(connection: Connection, numbers: Sequence[int]) -> list[tuple[int, str]]:
    """Numbers and ids of memories and of all that was made from them."""
    found: dict[int, None] = dict.fromkeys(numbers)
    waiting = list(found)
    while waiting:
        made = connection.execute(
            "SELECT memory_id FROM memory_sources WHERE source_id = ?", (waiting.pop(),)
        ).fetchall()
        fresh = [number for (number,) in made if number not in found]
        found |= dict.fromkeys(fresh)
        waiting += fresh
    return [
        (
            number,
            connection.execute("SELECT key FROM memories WHERE id = ?", (number,)).fetchone()[0],
        )
        for number in found
    ]


def _memories(connection: Connection, condition: str, *values: object) -> tuple[Memory, ...]:
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM memories WHERE {condition}", values
    ).fetchall()
    return _built(connection, rows)


def _built(
    connection: Connection, rows: Sequence[tuple[Any, ...]]
) -> tuple[Memory, ...]:  # fmt: skip
    """Memories from their columns, with what other tables hold of them."""
    numbers = json.dumps([row[0] for row in rows])
    sides: dict[int, dict[str, list[str]]] = {}
    for name, query in _SIDES if rows else ():
        for number, value in connection.execute(query, (numbers,)):
            sides.setdefault(number, {}).setdefault(name, []).append(value)
    return tuple(_memory(row, sides.get(row[0], {})) for row in rows)


def _seen(
    connection: Connection, scored: Sequence[tuple[int, float]], condition: str,
    values: Sequence[object],
) -> list[tuple[int, float]]:  # fmt: skip
    """Of scored vectors the memories that the scope sees, with their scores, best first."""
    rows = connection.execute(
        # CROSS JOIN: else SQLite might read all rows of the holder.
        "SELECT vectors.id, memories.id, memories.key FROM vectors CROSS JOIN memories "
        f"WHERE vectors.id IN ({NUMBERS}) AND memories.key = vectors.key AND {condition}",
        (json.dumps([number for number, _ in scored]), *values),
    )
    scores = dict(scored)
    seen = sorted((-scores[vector], key, number) for vector, number, key in rows)
    return [(number, -score) for score, _, number in seen]


def _found(connection: Connection, seen: Scored) -> tuple[FoundMemory, ...]:
    """Memories by number, with their scores, in this order."""
    rows = _rows(connection, _COLUMNS, seen)
    memories = zip(rows, _built(connection, rows), strict=True)
    by_number = {row[0]: memory for row, memory in memories}
    return tuple(FoundMemory(by_number[number], score) for number, score in seen)


def _ranked(connection: Connection, seen: Scored) -> tuple[RankedMemory, ...]:
    """The same without what only a memory needs."""
    rows = {row[0]: row[1:] for row in _rows(connection, "id, key, importance, said_at", seen)}
    ranked = [(*rows[number], score) for number, score in seen]
    return tuple(RankedMemory(key, score, much, time_of(at)) for key, much, at, score in ranked)


def _rows(connection: Connection, columns: str, seen: Scored) -> list[tuple[Any, ...]]:
    wanted = json.dumps([number for number, _ in seen])
    return connection.execute(
        f"SELECT {columns} FROM memories WHERE memories.id IN ({NUMBERS})",
        (wanted,),
    ).fetchall()


def _memory(row: tuple[Any, ...], sides: Mapping[str, Sequence[str]]) -> Memory:
    """A memory from its columns. Raises StoreError where the row is damaged."""
    from personae.data import Memory

    _, key, holder, subject, session, kind, text, *times, confidence, importance = row[:12]
    labels, context, successor = row[12:]
    said_at, valid_from, valid_until = times
    try:
        return Memory(
            text=text, id=key, kind=kind, subject=subject, holder=holder, session=session,
            said_at=time_of(said_at), valid_from=time_of(valid_from),
            valid_until=None if valid_until is None else time_of(valid_until),
            superseded_by=successor or "", confidence=confidence, importance=importance,
            context=context, labels=json_of(labels, f"labels of memory {key}"),
            **{name: tuple(found) for name, found in sides.items()},
        )  # fmt: skip
    except (ValueError, TypeError, OverflowError) as error:
        raise StoreError(f"The stored memory {key} is damaged: {error}.") from error


def _note(
    connection: Connection, number: int, at: datetime, event: str, text: str, cause: str
) -> None:
    connection.execute(
        "INSERT INTO memory_events (memory_id, at, event, text, cause) VALUES (?, ?, ?, ?, ?)",
        (number, time_column(at), event, text, text_column(cause)),
    )


def _number(connection: Connection, owner: str, key: str) -> int | None:
    row = connection.execute(
        "SELECT id FROM memories WHERE owner = ? AND key = ?", (owner, text_column(key))
    ).fetchone()
    return None if row is None else int(row[0])


def _known(connection: Connection, owner: str, key: str) -> int:
    number = _number(connection, owner, key)
    if number is None:
        raise UnknownEntry("memory", key, (), "See `personae memory list`.")
    return number


def _marks(values: Iterable[object]) -> str:
    return ", ".join("?" for _ in values)
