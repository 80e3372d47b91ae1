"""Is a store whole? The database's own checks, and what must hold between the rows."""

from __future__ import annotations

from personae.store.connection import SqlDatabase

SHOWN = 5  # ids of each fault

_KEPT = "SELECT 1 FROM memory_events WHERE memory_id = memories.id AND event"
# What is wrong, and the ids of which it is.
_CHECKS = (
    (
        "turn that is not below an older turn of its session",
        "SELECT turns.key FROM turns JOIN turns AS parent ON parent.id = turns.parent_id "
        "WHERE parent.id >= turns.id OR parent.session_id <> turns.session_id",
    ),
    (
        "session that goes on from another session's turn",
        "SELECT sessions.key FROM sessions JOIN turns ON turns.id = sessions.active_leaf "
        "WHERE turns.session_id <> sessions.id",
    ),
    (
        "memory without the beginning of its history",
        f"SELECT key FROM memories WHERE NOT EXISTS ({_KEPT} = 'kept')",
    ),
    (
        "memory that ends before it begins",
        "SELECT key FROM memories WHERE valid_until < valid_from",
    ),
    (
        "memory that gave way and has no end",
        "SELECT key FROM memories WHERE superseded_by IS NOT NULL AND valid_until IS NULL",
    ),
    (
        "memory that took its own place",
        "SELECT key FROM memories WHERE superseded_by = id",
    ),
    (
        "vector of a memory that is not there",
        "SELECT vectors.key FROM vectors JOIN vector_collections ON vector_collections.id = "
        "collection_id LEFT JOIN memories ON memories.owner = vector_collections.owner "
        "AND memories.key = vectors.key "
        "WHERE vector_collections.name = 'memories' AND memories.id IS NULL",
    ),
)


def faults(database: SqlDatabase) -> tuple[str, ...]:
    """All that is wrong, a sentence each; empty when all is well. Changes nothing."""
    found = list(database.problems())
    with database.reading() as connection:
        for fault, query in _CHECKS:
            rows = connection.execute(f"{query} ORDER BY 1 LIMIT ?", (SHOWN + 1,)).fetchall()
            if rows:
                ids = ", ".join(key for (key,) in rows[:SHOWN])
                found.append(f"{fault}: {ids}{' and more' if len(rows) > SHOWN else ''}")
    with database.writing() as connection:  # FTS5 checks its index by a statement that writes
        for table in ("turns", "memories"):
            if not database.words.is_whole(connection, table):
                found.append(
                    f"the full text of {table} does not fit them; `personae store reindex`"
                )
    return tuple(found)


def reindex(database: SqlDatabase) -> None:
    """Make the full text anew, in one transaction."""
    with database.writing() as connection:
        for table in ("turns", "memories"):
            database.words.rebuild(connection, table)
