"""The schema, as a list that only ever grows: a released migration is never edited.

`parent_id` and `active_leaf` point at the internal integer ids, which cost a few bytes where the
public ids (`key`) cost 26 each time. `owner` is on every record that is looked up directly; the
side tables (versions, details, vectors) are reached through their owner's record alone.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from personae.errors import StoreError

APPLICATION_ID = 0x70657273  # "pers", in the file's header: tells our databases from others


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; its number is its place in MIGRATIONS, from 1."""

    name: str
    statements: tuple[str, ...]


MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "personas, sessions, turns, full text, vectors",
        (
            """CREATE TABLE personas (
                id INTEGER PRIMARY KEY,
                owner TEXT NOT NULL,
                key TEXT NOT NULL,
                name TEXT NOT NULL,
                folded_name TEXT NOT NULL,
                saved_at INTEGER NOT NULL,
                UNIQUE (owner, key))""",
            "CREATE INDEX personas_by_name ON personas (owner, folded_name)",
            """CREATE TABLE persona_versions (
                persona_id INTEGER NOT NULL REFERENCES personas (id) ON DELETE CASCADE,
                version INTEGER NOT NULL,
                name TEXT NOT NULL,
                content TEXT NOT NULL,
                saved_at INTEGER NOT NULL,
                PRIMARY KEY (persona_id, version))""",
            """CREATE TABLE sessions (
                id INTEGER PRIMARY KEY,
                owner TEXT NOT NULL,
                key TEXT NOT NULL,
                persona_id INTEGER NOT NULL,
                persona_version INTEGER NOT NULL,
                user_name TEXT NOT NULL,
                method TEXT NOT NULL,
                model TEXT NOT NULL,
                title TEXT NOT NULL,
                options TEXT NOT NULL,
                active_leaf INTEGER REFERENCES turns (id) ON DELETE SET NULL,
                created_at INTEGER NOT NULL,
                updated_at INTEGER NOT NULL,
                UNIQUE (owner, key),
                FOREIGN KEY (persona_id, persona_version)
                    REFERENCES persona_versions (persona_id, version))""",
            "CREATE INDEX sessions_by_use ON sessions (owner, updated_at)",
            "CREATE INDEX sessions_by_persona ON sessions (persona_id, persona_version)",
            "CREATE INDEX sessions_by_leaf ON sessions (active_leaf)",
            # search_text: the text with its unspaced scripts spaced, where that differs from it.
            """CREATE TABLE turns (
                id INTEGER PRIMARY KEY,
                owner TEXT NOT NULL,
                key TEXT NOT NULL,
                session_id INTEGER NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
                parent_id INTEGER REFERENCES turns (id),
                speaker TEXT NOT NULL,
                kind TEXT NOT NULL,
                text TEXT NOT NULL,
                search_text TEXT,
                said_at INTEGER NOT NULL,
                labels TEXT,
                UNIQUE (owner, key))""",
            "CREATE INDEX turns_by_session ON turns (session_id)",
            "CREATE INDEX turns_by_parent ON turns (parent_id, session_id)",
            """CREATE TABLE turn_details (
                turn_id INTEGER PRIMARY KEY REFERENCES turns (id) ON DELETE CASCADE,
                json TEXT NOT NULL)""",
            """CREATE VIEW turn_texts AS
                SELECT id, coalesce(search_text, text) AS text FROM turns""",
            """CREATE VIRTUAL TABLE turns_fts USING fts5 (
                text, content = 'turn_texts', content_rowid = 'id',
                tokenize = 'unicode61 remove_diacritics 2')""",
            """CREATE TRIGGER turns_fts_insert AFTER INSERT ON turns BEGIN
                INSERT INTO turns_fts (rowid, text)
                    VALUES (new.id, coalesce(new.search_text, new.text));
            END""",
            """CREATE TRIGGER turns_fts_delete AFTER DELETE ON turns BEGIN
                INSERT INTO turns_fts (turns_fts, rowid, text)
                    VALUES ('delete', old.id, coalesce(old.search_text, old.text));
            END""",
            """CREATE TRIGGER turns_fts_update AFTER UPDATE OF id, text, search_text ON turns BEGIN
                INSERT INTO turns_fts (turns_fts, rowid, text)
                    VALUES ('delete', old.id, coalesce(old.search_text, old.text));
                INSERT INTO turns_fts (rowid, text)
                    VALUES (new.id, coalesce(new.search_text, new.text));
            END""",
            # AUTOINCREMENT: ids are never used again, so caches may key on the highest one.
            """CREATE TABLE vector_collections (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                owner TEXT NOT NULL,
                name TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                dimensions INTEGER NOT NULL,
                removals INTEGER NOT NULL DEFAULT 0,
                UNIQUE (owner, name))""",
            """CREATE TABLE vectors (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                collection_id INTEGER NOT NULL
                    REFERENCES vector_collections (id) ON DELETE CASCADE,
                key TEXT NOT NULL,
                text TEXT NOT NULL,
                vector BLOB NOT NULL,
                UNIQUE (collection_id, key))""",
            "CREATE INDEX vectors_by_collection ON vectors (collection_id)",
        ),
    ),
    Migration(
        "memories",
        (
            """CREATE TABLE memories (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                owner TEXT NOT NULL,
                key TEXT NOT NULL,
                holder TEXT NOT NULL,
                subject TEXT NOT NULL,
                session TEXT NOT NULL,
                kind TEXT NOT NULL,
                text TEXT NOT NULL,
                search_text TEXT,
                kept_at INTEGER NOT NULL,
                said_at INTEGER NOT NULL,
                valid_from INTEGER NOT NULL,
                valid_until INTEGER,
                superseded_by INTEGER REFERENCES memories (id) ON DELETE SET NULL,
                confidence REAL NOT NULL,
                importance REAL NOT NULL,
                labels TEXT,
                UNIQUE (owner, key))""",
            "CREATE INDEX memories_by_holder ON memories (owner, holder, subject)",
            "CREATE INDEX memories_by_session ON memories (owner, session)",
            "CREATE INDEX memories_by_successor ON memories (superseded_by)",
            """CREATE TABLE memory_turns (
                memory_id INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
                turn TEXT NOT NULL,
                PRIMARY KEY (memory_id, turn)) WITHOUT ROWID""",
            "CREATE INDEX memory_turns_by_turn ON memory_turns (turn)",
            """CREATE TABLE memory_sources (
                memory_id INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
                source_id INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
                PRIMARY KEY (memory_id, source_id)) WITHOUT ROWID""",
            "CREATE INDEX memory_sources_by_source ON memory_sources (source_id)",
            """CREATE TABLE memory_witnesses (
                memory_id INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
                name TEXT NOT NULL,
                PRIMARY KEY (memory_id, name)) WITHOUT ROWID""",
            """CREATE TABLE memory_events (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                memory_id INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
                at INTEGER NOT NULL,
                event TEXT NOT NULL,
                text TEXT NOT NULL,
                cause TEXT NOT NULL)""",
            "CREATE INDEX memory_events_by_memory ON memory_events (memory_id)",
            """CREATE VIEW memory_texts AS
                SELECT id, coalesce(search_text, text) AS text FROM memories""",
            """CREATE VIRTUAL TABLE memories_fts USING fts5 (
                text, content = 'memory_texts', content_rowid = 'id',
                tokenize = 'porter unicode61 remove_diacritics 2')""",
            """CREATE TRIGGER memories_fts_insert AFTER INSERT ON memories BEGIN
                INSERT INTO memories_fts (rowid, text)
                    VALUES (new.id, coalesce(new.search_text, new.text));
            END""",
            """CREATE TRIGGER memories_fts_delete AFTER DELETE ON memories BEGIN
                INSERT INTO memories_fts (memories_fts, rowid, text)
                    VALUES ('delete', old.id, coalesce(old.search_text, old.text));
            END""",
            """CREATE TRIGGER memories_fts_update AFTER UPDATE OF text, search_text ON memories
            BEGIN
                INSERT INTO memories_fts (memories_fts, rowid, text)
                    VALUES ('delete', old.id, coalesce(old.search_text, old.text));
                INSERT INTO memories_fts (rowid, text)
                    VALUES (new.id, coalesce(new.search_text, new.text));
            END""",
        ),
    ),
    Migration(
        "memories are found by whom they are about, and by what was said before them",
        (
            "ALTER TABLE memories ADD COLUMN context TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE memories ADD COLUMN search_context TEXT",
            "ALTER TABLE memories ADD COLUMN search_subject TEXT",
            # Whose turns a context has the words of: forgetting them must reach it.
            """CREATE TABLE memory_context_turns (
                memory_id INTEGER NOT NULL REFERENCES memories (id) ON DELETE CASCADE,
                turn TEXT NOT NULL,
                PRIMARY KEY (memory_id, turn)) WITHOUT ROWID""",
            "CREATE INDEX memory_context_turns_by_turn ON memory_context_turns (turn)",
            "DROP TRIGGER memories_fts_insert",
            "DROP TRIGGER memories_fts_delete",
            "DROP TRIGGER memories_fts_update",
            "DROP TABLE memories_fts",
            "DROP VIEW memory_texts",
            """CREATE VIEW memory_texts AS
                SELECT id, coalesce(search_text, text) AS text,
                    coalesce(search_subject, subject) AS about,
                    coalesce(search_context, context) AS context FROM memories""",
            """CREATE VIRTUAL TABLE memories_fts USING fts5 (
                text, about, context, content = 'memory_texts', content_rowid = 'id',
                tokenize = 'porter unicode61 remove_diacritics 2')""",
            """CREATE TRIGGER memories_fts_insert AFTER INSERT ON memories BEGIN
                INSERT INTO memories_fts (rowid, text, about, context)
                    VALUES (new.id, coalesce(new.search_text, new.text),
                        coalesce(new.search_subject, new.subject),
                        coalesce(new.search_context, new.context));
            END""",
            """CREATE TRIGGER memories_fts_delete AFTER DELETE ON memories BEGIN
                INSERT INTO memories_fts (memories_fts, rowid, text, about, context)
                    VALUES ('delete', old.id, coalesce(old.search_text, old.text),
                        coalesce(old.search_subject, old.subject),
                        coalesce(old.search_context, old.context));
            END""",
            """CREATE TRIGGER memories_fts_update
            AFTER UPDATE OF text, search_text, context, search_context ON memories
            BEGIN
                INSERT INTO memories_fts (memories_fts, rowid, text, about, context)
                    VALUES ('delete', old.id, coalesce(old.search_text, old.text),
                        coalesce(old.search_subject, old.subject),
                        coalesce(old.search_context, old.context));
                INSERT INTO memories_fts (rowid, text, about, context)
                    VALUES (new.id, coalesce(new.search_text, new.text),
                        coalesce(new.search_subject, new.subject),
                        coalesce(new.search_context, new.context));
            END""",
            "INSERT INTO memories_fts (memories_fts) VALUES ('rebuild')",
        ),
    ),
    Migration(
        "files that index vectors",
        (
            """CREATE TABLE vector_indexes (
                collection_id INTEGER PRIMARY KEY
                    REFERENCES vector_collections (id) ON DELETE CASCADE,
                token TEXT NOT NULL,
                row_count INTEGER NOT NULL,
                highest INTEGER NOT NULL,
                removals INTEGER NOT NULL,
                checksum INTEGER NOT NULL)""",
        ),
    ),
)


def check_origin(connection: sqlite3.Connection, path: Path) -> None:
    """Raise StoreError unless the file is empty or one of ours; changes nothing."""
    connection.execute("BEGIN")  # one look: another process may be making the tables right now
    try:
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    if application != APPLICATION_ID and (application or tables):
        raise StoreError(
            f"{path} is a database of another program, not of personae. Move it away, or set "
            "PERSONAE_HOME to another folder."
        )


def migrate(
    connection: sqlite3.Connection, path: Path, migrations: tuple[Migration, ...] = MIGRATIONS
) -> int:
    """Bring the schema up to date, each migration in a transaction; returns how many were run.

    Raises StoreError when the database knows more migrations than this code.
    """
    done = _applied(connection)
    first = done
    if done > len(migrations):
        raise StoreError(
            f"{path} was written by a newer personae (schema {done}; this one knows up to "
            f"{len(migrations)}). Upgrade with `pip install --upgrade personae`, or set "
            "PERSONAE_HOME to another folder."
        )
    while done < len(migrations):
        done = _apply_next(connection, migrations)
    return done - first


def _applied(connection: sqlite3.Connection) -> int:
    """The number of the last migration; 0 before the first."""
    known = connection.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'migrations'"
    ).fetchone()[0]
    if not known:
        return 0
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM migrations").fetchone()[0])


def _apply_next(connection: sqlite3.Connection, migrations: tuple[Migration, ...]) -> int:
    connection.execute("BEGIN IMMEDIATE")
    try:
        done = _applied(connection)  # again: another process may have been faster
        if done < len(migrations):
            if done == 0:
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                connection.execute(
                    "CREATE TABLE migrations "
                    "(number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
                )
            for statement in migrations[done].statements:
                connection.execute(statement)
            done += 1
            connection.execute(
                "INSERT INTO migrations VALUES (?, ?, ?)",
                (done, migrations[done - 1].name, datetime.now(UTC).isoformat()),
            )
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return done
