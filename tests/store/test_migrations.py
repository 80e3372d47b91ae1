"""The schema grows by whole steps, and only forwards."""

from __future__ import annotations

import hashlib
import sqlite3

import pytest

from personae.errors import StoreError
from personae.store.memory_types import Scope
from personae.store.migrations import MIGRATIONS, Migration, migrate
from personae.store.sqlite import open_store

# Released migrations are history: a change of one is a new migration, not an edit.
RELEASED: tuple[str, ...] = (
    "2f221b5b259662b9",
    "a98764d1ef5d264d",
    "8ded0657f29d358a",
    "a2b96704162bce54",
)


def connect(path):
    return sqlite3.connect(path, isolation_level=None)


def test_released_migrations_are_not_edited():
    marks = tuple(
        hashlib.sha256("\n".join(migration.statements).encode()).hexdigest()[:16]
        for migration in MIGRATIONS
    )
    assert marks == RELEASED


def test_a_database_is_migrated_once(path):
    open_store(path).close()
    open_store(path).close()
    connection = connect(path)
    rows = connection.execute("SELECT number, name FROM migrations").fetchall()
    assert rows == [(n, m.name) for n, m in enumerate(MIGRATIONS, 1)]
    assert migrate(connection, path) == 0
    connection.close()


def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(path, ana):
    with open_store(path) as store:
        store.save_persona(ana)
    more = (*MIGRATIONS, Migration("moods", ("CREATE TABLE moods (name TEXT)",)))
    connection = connect(path)
    assert migrate(connection, path, more) == 1
    assert connection.execute("SELECT count(*) FROM moods").fetchone() == (0,)
    assert connection.execute("SELECT name FROM personas").fetchone() == ("Ana",)
    connection.close()


def test_memories_of_an_older_database_are_found_by_their_words_and_subjects(path):
    path.parent.mkdir()
    connection = connect(path)
    migrate(connection, path, MIGRATIONS[:2])
    connection.execute(
        "INSERT INTO memories VALUES (1, 'local', 'm1', 'Ana', 'Bo', '', 'fact', 'I have a dog.', "
        "NULL, 0, 0, 0, NULL, NULL, 1, 0.5, NULL)"
    )
    connection.close()
    with open_store(path) as store:
        for query in ("dogs", "Bo"):
            (found,) = store.search_memories(query, Scope())
            assert (found.memory.text, found.memory.context) == ("I have a dog.", "")
        store.forget_memories(["m1"])
        assert store.problems() == ()


def test_a_migration_that_fails_leaves_nothing_behind(path):
    open_store(path).close()
    broken = Migration("broken", ("CREATE TABLE moods (name TEXT)", "CREATE TABLE moods (x)"))
    connection = connect(path)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, path, (*MIGRATIONS, broken))
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "moods" not in tables
    assert connection.execute("SELECT max(number) FROM migrations").fetchone()[0] == len(MIGRATIONS)
    connection.close()


def test_a_newer_database_says_what_to_do(path):
    open_store(path).close()
    connection = connect(path)
    connection.execute("INSERT INTO migrations VALUES (99, 'of tomorrow', '2030-01-01')")
    connection.close()
    with pytest.raises(StoreError, match=r"newer personae \(schema 99.*pip install --upgrade"):
        open_store(path)
