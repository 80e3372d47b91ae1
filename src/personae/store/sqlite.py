"""The store over a database; `open_store(path)` opens one in a SQLite file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from personae.errors import FormatError, InvalidOption, StoreError, UnknownEntry
from personae.store.connection import Connection, SqlDatabase
from personae.store.database import open_database
from personae.store.ids import Clock, id_maker, now
from personae.store.memories import MemoryTable
from personae.store.memory_types import FoundMemory, MemoryEvent, MemoryStore, RankedMemory, Scope
from personae.store.rows import (
    SESSION_QUERY,
    TURN_COLUMNS,
    json_column,
    json_of,
    name_column,
    path_of,
    session_of,
    text_column,
    time_column,
    time_of,
    turn_of,
)
from personae.store.types import (
    LOCAL_OWNER,
    MAX_TURN_CHARACTERS,
    NO_LIMIT,
    ROOT,
    FoundTurn,
    Match,
    Neighbour,
    NewTurn,
    PersonaVersion,
    Session,
    Store,
    StoredTurn,
)
from personae.store.vector_index import INDEXED_FROM_ROWS, Progress, VectorIndexes
from personae.store.vectors import VectorTable

if TYPE_CHECKING:
    from datetime import datetime

    import numpy as np
    from numpy.typing import NDArray

    from personae.data import Dialogue, Memory, Persona

    _Made = Callable[[SqlDatabase, VectorTable], "SqlStore"]
    _remembers: Callable[[_Made], Callable[[SqlDatabase, VectorTable], MemoryStore]] = lambda it: it  # noqa: E731
    _conforms: Callable[[_Made], Callable[[SqlDatabase, VectorTable], Store]] = lambda it: it  # noqa: E731

BUSY_TIMEOUT_S = 5.0

_TURN = f"turns.key, sessions.key, parent.key, {TURN_COLUMNS}"
_ITS_IDS = (
    "JOIN sessions ON sessions.id = turns.session_id "
    "LEFT JOIN turns AS parent ON parent.id = turns.parent_id"
)

# A parent is always older than its child; asking for it keeps a damaged file from going in rings.
_OLDER_PARENT = "SELECT CASE WHEN parent_id < id THEN parent_id END FROM turns WHERE id = ?"
_PATH = f"""
    WITH RECURSIVE path (id, parent_id) AS (
        SELECT id, parent_id FROM turns WHERE id = ?
        UNION ALL
        SELECT turns.id, turns.parent_id
        FROM path JOIN turns ON turns.id = path.parent_id AND turns.id < path.id)
    SELECT turns.id, turns.key, {TURN_COLUMNS} FROM path JOIN turns ON turns.id = path.id
"""

_NEWEST_LEAF = """
    WITH RECURSIVE way (id) AS (
        SELECT CAST(? AS bigint)
        UNION ALL
        SELECT (SELECT max(turns.id) FROM turns WHERE turns.parent_id = way.id
                AND turns.id > way.id)
        FROM way WHERE way.id IS NOT NULL)
    SELECT max(id) FROM way
"""


def open_store(
    path: Path,
    *,
    clock: Clock = now,
    busy_timeout_s: float = BUSY_TIMEOUT_S,
    indexed_from_rows: int = INDEXED_FROM_ROWS,
) -> SqlStore:
    """Open the database at `path`, made with its folders where it is missing.

    `busy_timeout_s` is how long to wait for another process that writes. Collections of vectors
    have an approximate index from so many rows on. Raises StoreError.
    """
    database = open_database(Path(path), busy_timeout_s)
    indexes = VectorIndexes(database, indexed_from_rows)
    indexes.settle()
    return SqlStore(database, VectorTable(database, indexes), clock)


class SqlStore:
    """A `Store`, where the methods are documented, over one database."""

    def __init__(self, database: SqlDatabase, vectors: VectorTable, clock: Clock = now) -> None:
        self._database = database
        self._clock = clock
        self._new_id = id_maker(clock)
        self._vectors = vectors
        self._memories = MemoryTable(database, self._vectors, clock, self._new_id)

    @property
    def where(self) -> str:
        """The database's path, or its address without a password."""
        return self._database.where

    @property
    def database(self) -> SqlDatabase:
        """The database itself, for what looks at whole tables: moving, checking."""
        return self._database

    def close(self) -> None:
        self._vectors.close()
        self._database.close()

    def problems(self) -> tuple[str, ...]:
        """What is wrong, by the database's own checks; empty when all is well."""
        return self._database.problems()

    def __enter__(self) -> SqlStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Personas

    def save_persona(self, persona: Persona, *, owner: str = LOCAL_OWNER) -> int:
        with self._database.writing() as connection:
            return self._save_persona(connection, persona, owner)[1]

    def find_persona(
        self, name_or_id: str, *, owner: str = LOCAL_OWNER, version: int | None = None
    ) -> Persona | None:
        with self._database.reading() as connection:
            number = _persona_number(connection, name_or_id, owner)
            row = connection.execute(
                "SELECT content FROM persona_versions WHERE persona_id = ? "
                "AND version = coalesce(?, version) ORDER BY version DESC LIMIT 1",
                (number, version),
            ).fetchone()
        return None if row is None else self._persona(row[0], name_or_id)

    def persona_names(self, *, owner: str = LOCAL_OWNER) -> tuple[str, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT DISTINCT name FROM personas WHERE owner = ? ORDER BY name", (owner,)
            ).fetchall()
        return tuple(name for (name,) in rows)

    def persona_versions(
        self, name_or_id: str, *, owner: str = LOCAL_OWNER
    ) -> tuple[PersonaVersion, ...]:
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT personas.key, persona_versions.name, version, persona_versions.saved_at "
                "FROM persona_versions JOIN personas ON personas.id = persona_id "
                "WHERE persona_id = ? ORDER BY version",
                (_persona_number(connection, name_or_id, owner),),
            ).fetchall()
        return tuple(
            PersonaVersion(key, name, version, time_of(saved_at))
            for key, name, version, saved_at in rows
        )

    def _save_persona(
        self, connection: Connection, persona: Persona, owner: str
    ) -> tuple[int, int]:
        """The persona's internal number and version."""
        key, name = name_column(persona.id, "persona id"), name_column(persona.name, "name")
        content = text_column(persona.to_json())
        saved_at = time_column(self._clock())
        connection.execute(
            "INSERT INTO personas (owner, key, name, folded_name, saved_at) "
            "VALUES (?, ?, ?, ?, ?) ON CONFLICT (owner, key) DO UPDATE SET "
            "name = excluded.name, folded_name = excluded.folded_name, "
            "saved_at = excluded.saved_at",
            (owner, key, name, name.casefold(), saved_at),
        )
        number, version, latest = connection.execute(
            "SELECT personas.id, coalesce(version, 0), content FROM personas "
            "LEFT JOIN persona_versions ON persona_id = personas.id "
            "WHERE owner = ? AND key = ? ORDER BY version DESC LIMIT 1",
            (owner, key),
        ).fetchone()
        if content == latest:
            return number, version
        connection.execute(
            "INSERT INTO persona_versions VALUES (?, ?, ?, ?, ?)",
            (number, version + 1, name, content, saved_at),
        )
        return number, version + 1

    def _persona(self, content: str, name: str) -> Persona:
        from personae.data import Persona

        try:
            return Persona.from_json(content)
        except FormatError as error:
            raise StoreError(
                f"The persona {name!r} in {self.where} cannot be read: {error}"
            ) from error

    # Sessions

    def create_session(
        self,
        persona: Persona,
        *,
        user_name: str,
        method: str,
        model: str,
        owner: str = LOCAL_OWNER,
        title: str = "",
        options: dict[str, Any] | None = None,
        session_id: str = "",
    ) -> Session:
        key = name_column(session_id, "session id") or self._new_id()
        columns = (
            name_column(user_name, "user's name"),
            name_column(method, "method"),
            name_column(model, "model"),
            name_column(title, "title"),
            json_column(options or {}, "session's options"),
        )
        began_at = time_column(self._clock())
        with self._database.writing() as connection:
            if _number(connection, "sessions", key, owner) is not None:
                raise InvalidOption(f"There is a session with the id {key!r} already.")
            number, version = self._save_persona(connection, persona, owner)
            connection.execute(
                "INSERT INTO sessions (owner, key, persona_id, persona_version, user_name, "
                "method, model, title, options, created_at, updated_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (owner, key, number, version, *columns, began_at, began_at),
            )
            return _sessions(connection, "sessions.owner = ? AND sessions.key = ?", owner, key)[0]

    def list_sessions(
        self, *, owner: str = LOCAL_OWNER, limit: int | None = None
    ) -> tuple[Session, ...]:
        with self._database.reading() as connection:
            return _sessions(connection, "sessions.owner = ?", owner, limit=limit)

    def latest_session(
        self, persona_name_or_id: str, *, owner: str = LOCAL_OWNER
    ) -> Session | None:
        name = text_column(persona_name_or_id)
        with self._database.reading() as connection:
            found = _sessions(
                connection,
                "sessions.owner = ? AND (personas.key = ? OR personas.folded_name = ?)",
                *(owner, name, name.casefold()),
                limit=1,
            )
        return found[0] if found else None

    def get_session(self, session_id: str, *, owner: str = LOCAL_OWNER) -> Session:
        with self._database.reading() as connection:
            _session_number(connection, session_id, owner)
            return _sessions(
                connection, "sessions.owner = ? AND sessions.key = ?", owner, session_id
            )[0]

    def configure_session(
        self,
        session_id: str,
        *,
        owner: str = LOCAL_OWNER,
        method: str | None = None,
        model: str | None = None,
        options: dict[str, Any] | None = None,
    ) -> None:
        changes = (
            None if method is None else name_column(method, "method"),
            None if model is None else name_column(model, "model"),
            None if options is None else json_column(options, "session's options"),
        )
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE sessions SET method = coalesce(?, method), model = coalesce(?, model), "
                "options = coalesce(?, options) WHERE id = ?",
                (*changes, _session_number(connection, session_id, owner)),
            )

    def rename_session(self, session_id: str, title: str, *, owner: str = LOCAL_OWNER) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE sessions SET title = ? WHERE id = ?",
                (name_column(title, "title"), _session_number(connection, session_id, owner)),
            )

    def delete_session(self, session_id: str, *, owner: str = LOCAL_OWNER) -> int:
        with self._database.writing() as connection:
            number = _session_number(connection, session_id, owner)
            (turns,) = connection.execute(
                "SELECT count(*) FROM turns WHERE session_id = ?", (number,)
            ).fetchone()
            connection.execute("DELETE FROM sessions WHERE id = ?", (number,))
            self._memories.forget_session_within(connection, owner, session_id)
            self._database.words.erase_traces(connection, "turns")
        self._database.erase_traces()
        self._vectors.settle()
        return int(turns)

    def set_active_leaf(self, session_id: str, turn_id: str, *, owner: str = LOCAL_OWNER) -> None:
        with self._database.writing() as connection:
            number = _session_number(connection, session_id, owner)
            leaf = _place_in_session(connection, number, turn_id, owner)
            connection.execute("UPDATE sessions SET active_leaf = ? WHERE id = ?", (leaf, number))

    def dialogue(
        self, session_id: str, *, owner: str = LOCAL_OWNER, leaf_id: str | None = None
    ) -> Dialogue:
        from personae.data import Dialogue

        session = self.get_session(session_id, owner=owner)
        persona = self.find_persona(
            session.persona_id, owner=owner, version=session.persona_version
        )
        return Dialogue(
            id=session.id,
            turns=tuple(
                turn.as_turn() for turn in self.path_to(session_id, leaf_id=leaf_id, owner=owner)
            ),
            personas={} if persona is None else {persona.name: persona},
            scenario="" if persona is None else persona.scenario,
            language="" if persona is None else persona.language,
            labels={
                "title": session.title,
                "user": session.user_name,
                "method": session.method,
                "model": session.model,
                "options": session.options,
                "persona_version": session.persona_version,
                "created_at": session.created_at.isoformat(),
            },
        )

    # Turns

    def append_turn(
        self,
        session_id: str,
        turn: NewTurn,
        *,
        parent_id: str | None = None,
        owner: str = LOCAL_OWNER,
    ) -> StoredTurn:
        (stored,) = self.append_exchange(session_id, [turn], parent_id=parent_id, owner=owner)
        return stored

    def append_exchange(
        self,
        session_id: str,
        turns: Sequence[NewTurn],
        *,
        parent_id: str | None = None,
        owner: str = LOCAL_OWNER,
    ) -> tuple[StoredTurn, ...]:
        stored: list[StoredTurn] = []
        with self._database.writing() as connection:
            number = _session_number(connection, session_id, owner)
            parent, parent_key = _parent(connection, number, parent_id, owner)
            for turn in turns:
                row = self._insert_turn(connection, owner, number, parent, turn)
                stored.append(turn_of((row[0], session_id, parent_key, *row[2:])))
                parent_key, parent = row[0], row[1]
            connection.execute(
                "UPDATE sessions SET active_leaf = ?, updated_at = ? WHERE id = ?",
                (parent, time_column(self._clock()), number),
            )
        return tuple(stored)

    def _insert_turn(
        self,
        connection: Connection,
        owner: str,
        session: int,
        parent: int | None,
        turn: NewTurn,
    ) -> tuple[Any, ...]:
        """The turn's id, its internal number and its TURN_COLUMNS."""
        if len(turn.text) > MAX_TURN_CHARACTERS:
            raise InvalidOption(
                f"The turn has {len(turn.text):,} characters; at most {MAX_TURN_CHARACTERS:,} "
                "are kept in one. Send it in parts."
            )
        key = name_column(turn.id, "turn id") or self._new_id()
        if _number(connection, "turns", key, owner) is not None:
            raise InvalidOption(f"There is a turn with the id {key!r} already.")
        text = text_column(turn.text)
        columns = (
            name_column(turn.speaker, "speaker's name"),
            text,
            turn.kind,
            time_column(turn.said_at or self._clock()),
            json_column(turn.labels, "turn's labels") if turn.labels else None,
        )
        number = connection.execute(
            "INSERT INTO turns (owner, key, session_id, parent_id, search_text, "
            "speaker, text, kind, said_at, labels) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (owner, key, session, parent, self._database.words.indexed(text), *columns),
        ).lastrowid
        if turn.details:
            connection.execute(
                "INSERT INTO turn_details VALUES (?, ?)",
                (number, json_column(turn.details, "turn's details")),
            )
        return (key, number, *columns)

    def get_turn(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> StoredTurn:
        with self._database.reading() as connection:
            number = _turn_number(connection, turn_id, owner)
            return _turns(connection, "WHERE turns.id = ?", number)[0]

    def turn_details(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> dict[str, Any]:
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT json FROM turn_details WHERE turn_id = ?",
                (_turn_number(connection, turn_id, owner),),
            ).fetchone()
        return json_of(row[0], f"details of turn {turn_id}") if row else {}

    def path_to(
        self, session_id: str, *, leaf_id: str | None = None, owner: str = LOCAL_OWNER
    ) -> tuple[StoredTurn, ...]:
        with self._database.reading() as connection:
            number = _session_number(connection, session_id, owner)
            leaf, _ = _parent(connection, number, leaf_id, owner)
            rows = connection.execute(_PATH, (leaf,)).fetchall()
        # A path's internal numbers rise; SQLite, asked for the order, would sort the texts too.
        return path_of(session_id, sorted(rows))

    def siblings(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> tuple[StoredTurn, ...]:
        with self._database.reading() as connection:
            session, parent = connection.execute(
                "SELECT session_id, parent_id FROM turns WHERE id = ?",
                (_turn_number(connection, turn_id, owner),),
            ).fetchone()
            below = "turns.parent_id IS NULL" if parent is None else "turns.parent_id = ?"
            return _turns(
                connection,
                f"WHERE turns.session_id = ? AND {below} ORDER BY turns.id",
                *((session,) if parent is None else (session, parent)),
            )

    def children(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> tuple[StoredTurn, ...]:
        with self._database.reading() as connection:
            number = _turn_number(connection, turn_id, owner)
            return _turns(connection, "WHERE turns.parent_id = ? ORDER BY turns.id", number)

    def newest_leaf(self, turn_id: str, *, owner: str = LOCAL_OWNER) -> StoredTurn:
        with self._database.reading() as connection:
            number = _turn_number(connection, turn_id, owner)
            (leaf,) = connection.execute(_NEWEST_LEAF, (number,)).fetchone()
            return _turns(connection, "WHERE turns.id = ?", leaf)[0]

    def undo(self, session_id: str, *, owner: str = LOCAL_OWNER) -> tuple[StoredTurn, ...]:
        undone: list[StoredTurn] = []
        with self._database.writing() as connection:
            number = _session_number(connection, session_id, owner)
            user_name, leaf = connection.execute(
                "SELECT user_name, active_leaf FROM sessions WHERE id = ?", (number,)
            ).fetchone()
            while leaf is not None:
                (turn,) = _turns(connection, "WHERE turns.id = ?", leaf)
                (leaf,) = connection.execute(_OLDER_PARENT, (leaf,)).fetchone()
                undone.append(turn)
                if turn.speaker == user_name:
                    connection.execute(
                        "UPDATE sessions SET active_leaf = ? WHERE id = ?", (leaf, number)
                    )
                    return tuple(reversed(undone))
        return ()

    def search_turns(
        self,
        query: str,
        *,
        owner: str = LOCAL_OWNER,
        session_id: str | None = None,
        limit: int = 10,
        match: Match = "all",
    ) -> tuple[FoundTurn, ...]:
        words, text = self._database.words, text_column(query)
        with self._database.reading() as connection:
            asked = words.asked(connection, text, match)
            if asked is None:
                return ()
            number = None if session_id is None else _session_number(connection, session_id, owner)
            rows = connection.execute(
                f"SELECT {_TURN}, {asked.score} AS score FROM {asked.source} {_ITS_IDS} "
                f"WHERE {asked.condition} AND turns.owner = ? "
                "AND (? IS NULL OR turns.session_id = ?) "
                "ORDER BY score DESC, turns.id DESC LIMIT ?",
                (
                    *(*asked.score_values, *asked.condition_values),
                    *(owner, number, number, max(limit, 0)),
                ),
            ).fetchall()
        return tuple(FoundTurn(turn_of(row[:-1]), row[-1]) for row in rows)

    # Vectors

    def put_vectors(
        self,
        collection: str,
        rows: Sequence[tuple[str, Sequence[float] | NDArray[np.float32], str]],
        *,
        fingerprint: str,
        owner: str = LOCAL_OWNER,
    ) -> None:
        self._vectors.put(owner, collection, rows, fingerprint)

    def nearest(
        self,
        collection: str,
        vector: Sequence[float] | NDArray[np.float32],
        k: int,
        *,
        owner: str = LOCAL_OWNER,
    ) -> tuple[Neighbour, ...]:
        return self._vectors.nearest(owner, collection, vector, k)

    def vector_keys(self, collection: str, *, owner: str = LOCAL_OWNER) -> frozenset[str]:
        return self._vectors.keys(owner, collection)

    def vector_fingerprint(self, collection: str, *, owner: str = LOCAL_OWNER) -> str | None:
        return self._vectors.fingerprint(owner, collection)

    def delete_vectors(
        self, collection: str, keys: Sequence[str], *, owner: str = LOCAL_OWNER
    ) -> int:
        return self._vectors.delete(owner, collection, keys)

    def drop_vectors(self, collection: str, *, owner: str = LOCAL_OWNER) -> None:
        self._vectors.drop(owner, collection)

    # Memories

    def keep_memories(
        self,
        memories: Sequence[Memory],
        *,
        owner: str = LOCAL_OWNER,
        vectors: Sequence[Sequence[float]] | NDArray[np.float32] | None = None,
        fingerprint: str = "",
        supersedes: Sequence[str] = (),
        cause: str = "",
    ) -> tuple[Memory, ...]:
        return self._memories.keep(memories, owner, vectors, fingerprint, supersedes, cause)

    def get_memory(self, memory_id: str, *, owner: str = LOCAL_OWNER) -> Memory:
        return self._memories.get(memory_id, owner)

    def get_memories(
        self, memory_ids: Sequence[str], *, owner: str = LOCAL_OWNER
    ) -> tuple[Memory, ...]:  # fmt: skip
        return self._memories.get_all(memory_ids, owner)

    def memory_ids(
        self, beginning: str, *, owner: str = LOCAL_OWNER, limit: int = 50
    ) -> tuple[str, ...]:
        return self._memories.ids(beginning, owner, limit)

    def remembered_turns(
        self, turns: Sequence[str], *, holder: str, owner: str = LOCAL_OWNER
    ) -> frozenset[str]:
        return self._memories.remembered_turns(turns, holder, owner)

    def memories(self, scope: Scope, *, limit: int | None = None) -> tuple[Memory, ...]:
        return self._memories.all(scope, limit)

    def search_memories(
        self, query: str, scope: Scope, *, limit: int = 10, match: Match = "any"
    ) -> tuple[FoundMemory, ...]:
        return self._memories.search(query, scope, limit, match)

    def nearest_memories(
        self, vector: Sequence[float] | NDArray[np.float32], scope: Scope, *, limit: int = 10
    ) -> tuple[FoundMemory, ...]:
        return self._memories.nearest(vector, scope, limit)

    def rank_by_words(
        self, query: str, scope: Scope, *, limit: int = 10
    ) -> tuple[RankedMemory, ...]:  # fmt: skip
        return self._memories.rank_by_words(query, scope, limit)

    def rank_by_vector(
        self, vector: Sequence[float] | NDArray[np.float32], scope: Scope, *, limit: int = 10
    ) -> tuple[RankedMemory, ...]:
        return self._memories.rank_by_vector(vector, scope, limit)

    def index_memories(
        self, *, owner: str = LOCAL_OWNER, progress: Progress | None = None
    ) -> bool:  # fmt: skip
        return self._memories.index(owner, progress)

    def repeat_memory(
        self, memory_id: str, *, turns: Sequence[str], at: datetime, owner: str = LOCAL_OWNER
    ) -> Memory:
        return self._memories.repeat(memory_id, turns, at, owner)

    def revise_memory(
        self,
        memory_id: str,
        text: str,
        *,
        vector: Sequence[float] | NDArray[np.float32] | None = None,
        cause: str = "",
        owner: str = LOCAL_OWNER,
    ) -> Memory:
        return self._memories.revise(memory_id, text, vector, cause, owner)

    def memory_events(self, memory_id: str, *, owner: str = LOCAL_OWNER) -> tuple[MemoryEvent, ...]:
        return self._memories.events(memory_id, owner)

    def forget_memories(
        self, memory_ids: Sequence[str], *, owner: str = LOCAL_OWNER
    ) -> tuple[str, ...]:
        return self._memories.forget(memory_ids, owner)


def _number(connection: Connection, table: str, key: str, owner: str) -> int | None:
    """The internal number of a session or turn; None where the owner has no such one."""
    row = connection.execute(
        f"SELECT id FROM {table} WHERE owner = ? AND key = ?", (owner, text_column(key))
    ).fetchone()
    return None if row is None else int(row[0])


def _session_number(connection: Connection, session_id: str, owner: str) -> int:
    number = _number(connection, "sessions", session_id, owner)
    if number is None:
        rows = connection.execute(
            "SELECT key FROM sessions WHERE owner = ? ORDER BY updated_at DESC LIMIT 50", (owner,)
        ).fetchall()
        known = [key for (key,) in rows]
        raise UnknownEntry("session", session_id, known, "See `personae sessions list`.")
    return number


def _turn_number(connection: Connection, turn_id: str, owner: str) -> int:
    number = _number(connection, "turns", turn_id, owner)
    if number is None:
        raise UnknownEntry("turn", turn_id, ())
    return number


def _place_in_session(connection: Connection, session: int, turn_id: str, owner: str) -> int | None:
    """The internal number of a turn of this session; None for ROOT."""
    if turn_id == ROOT:
        return None
    number = _turn_number(connection, turn_id, owner)
    row = connection.execute("SELECT session_id FROM turns WHERE id = ?", (number,)).fetchone()
    if row[0] != session:
        raise InvalidOption(f"The turn {turn_id!r} belongs to another session.")
    return number


def _parent(
    connection: Connection, session: int, turn_id: str | None, owner: str
) -> tuple[int | None, str]:
    """Number and id of the given turn of the session, or of its active leaf for None."""
    if turn_id is not None:
        return _place_in_session(connection, session, turn_id, owner), turn_id
    row = connection.execute(
        "SELECT turns.id, turns.key FROM sessions JOIN turns ON turns.id = active_leaf "
        "WHERE sessions.id = ?",
        (session,),
    ).fetchone()
    return row or (None, ROOT)


def _persona_number(connection: Connection, name_or_id: str, owner: str) -> int | None:
    name = text_column(name_or_id)
    row = connection.execute(
        "SELECT id FROM personas WHERE owner = ? AND (key = ? OR folded_name = ?) "
        "ORDER BY key = ? DESC, name = ? DESC, saved_at DESC, id DESC LIMIT 1",
        (owner, name, name.casefold(), name, name),
    ).fetchone()
    return None if row is None else int(row[0])


def _sessions(
    connection: Connection, condition: str, *values: object, limit: int | None = None
) -> tuple[Session, ...]:
    """The sessions that meet a condition, the last used first."""
    rows = connection.execute(
        f"{SESSION_QUERY} WHERE {condition} "
        "ORDER BY sessions.updated_at DESC, sessions.id DESC LIMIT ?",
        (*values, NO_LIMIT if limit is None else max(limit, 0)),
    ).fetchall()
    return tuple(session_of(row) for row in rows)


def _turns(connection: Connection, condition: str, *values: object) -> tuple[StoredTurn, ...]:
    rows = connection.execute(f"SELECT {_TURN} FROM turns {_ITS_IDS} {condition}", values)
    return tuple(turn_of(row) for row in rows.fetchall())
