"""What is PostgreSQL's own: addresses, sentences, lost connections, words as FTS5 has them."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Memory
from personae.errors import EnvironmentFault, StoreError
from personae.store import postgres
from personae.store.memory_types import Scope
from personae.store.migrations import MIGRATIONS, Migration
from personae.store.opening import open_address
from personae.store.postgres import PostgresDatabase, escaped, open_postgres, unescaped
from personae.store.postgres_migrations import POSTGRES_MIGRATIONS
from personae.store.postgres_words import MAX_INDEXED_BYTES, folded
from personae.store.types import NewTurn

ON_POSTGRES = pytest.mark.parametrize("place", ["postgres"], indirect=True)


def raw(address, *statements):
    import psycopg

    with psycopg.connect(address, autocommit=True) as connection:
        return [connection.execute(statement) for statement in statements]


def sentence(caught):
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


# Opening


def test_a_new_database_is_given_its_schema_once_also_by_many_at_once(new_database):
    address, faults, start = new_database(), [], threading.Barrier(4)

    def open_and_close():
        start.wait()
        try:
            open_postgres(address).close()
        except StoreError as error:
            faults.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with open_postgres(address) as store, store.database.reading() as connection:
        rows = connection.execute("SELECT number, name FROM migrations").fetchall()
    assert rows == [(n, one.name) for n, one in enumerate(POSTGRES_MIGRATIONS, 1)]


# Released migrations are history: a change of one is a new migration, not an edit.
RELEASED: tuple[str, ...] = ("157802c30f19e480",)


def test_released_migrations_are_not_edited():
    marks = tuple(
        hashlib.sha256("\n".join(migration.statements).encode()).hexdigest()[:16]
        for migration in POSTGRES_MIGRATIONS
    )
    assert marks == RELEASED


def test_a_migration_that_fails_leaves_nothing_behind(new_database):
    address = new_database()
    broken = Migration("broken", ("CREATE TABLE moods (x text)", "CREATE TABLE moods (x text)"))
    with pytest.raises(StoreError, match="failed"):
        PostgresDatabase(address, 5.0, (*POSTGRES_MIGRATIONS, broken))
    (found,) = raw(address, "SELECT count(*) FROM pg_tables WHERE schemaname = 'personae'")
    assert found.fetchone() == (0,)
    open_postgres(address).close()
    more = Migration("moods", ("CREATE TABLE moods (x text)",))
    PostgresDatabase(address, 5.0, (*POSTGRES_MIGRATIONS, more)).close()
    with pytest.raises(StoreError, match=r"newer personae \(schema 2; this one knows up to 1"):
        open_postgres(address)


@pytest.mark.parametrize(
    ("options", "statement", "told"),
    [
        ("ENCODING 'LATIN1' TEMPLATE template0", "SELECT 1", "is in LATIN1"),
        ("", "CREATE SCHEMA personae CREATE TABLE cats (x text)", "of another program"),
        ("", "ALTER DATABASE {} SET default_transaction_read_only = on", "is read-only"),
    ],
)
def test_a_database_that_will_not_do_is_one_sentence(new_database, options, statement, told):
    address = new_database(options)
    name = address.partition("@/")[2].partition("?")[0]
    raw(address, statement.format(name))
    with pytest.raises(StoreError, match=told) as caught:
        open_postgres(address)
    sentence(caught)


def test_addresses_that_lead_nowhere_are_one_sentence(postgres_address):
    for address, told in (
        ("postgresql://personae:secret@localhost:1/x", "cannot be reached"),
        (
            postgres_address.replace("/postgres?", "/nothing?"),
            "refuses the connection .*does not exist",
        ),
        (postgres_address.replace("personae@", "nobody:secret@"), "nobody"),
        ("postgresql://[", "cannot be read"),
        ("postgresql://x?colour=red", "cannot be read"),
    ):
        with pytest.raises(StoreError, match=told) as caught:
            open_address(address)
        assert "secret" not in sentence(caught)


def test_without_psycopg_the_package_to_install_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(EnvironmentFault, match=r"pip install 'personae\[postgres\]'"):
        open_postgres("postgresql:///x")


@ON_POSTGRES
def test_a_password_is_not_shown(place):
    with place.open() as store:
        assert store.where.startswith("postgresql://personae@/tmp/personae-pg-")
    with open_address(place.address.replace("personae@", "personae:secret@")) as store:
        assert "secret" not in store.where


# Transactions


@ON_POSTGRES
def test_a_writer_waits_for_another_and_then_says_so(place, ana):
    with place.open(busy_timeout_s=0.1) as one, place.open() as two:
        session = one.create_session(ana, user_name="You", method="plain", model="m")
        with two.database.writing():
            with pytest.raises(StoreError, match="locked by another program") as caught:
                one.append_turn(session.id, NewTurn("You", "hi"))
            sentence(caught)
            assert one.path_to(session.id) == ()  # readers do not wait
        one.append_turn(session.id, NewTurn("You", "hi"))
        assert len(two.path_to(session.id)) == 1


@ON_POSTGRES
def test_a_lost_connection_is_one_sentence_and_then_made_anew(place, ana):
    with place.open() as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")
        raw(
            place.address,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'personae'",
        )
        with pytest.raises(StoreError, match="cannot be reached") as caught:
            store.append_turn(session.id, NewTurn("You", "lost"))
        sentence(caught)
        store.append_turn(session.id, NewTurn("You", "hi"))
        assert [turn.text for turn in store.path_to(session.id)] == ["hi"]


@ON_POSTGRES
def test_an_interrupt_within_a_transaction_takes_it_back(place, ana):
    with place.open() as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")

        def delete_then_interrupt():
            with store.database.writing() as connection:
                connection.execute("DELETE FROM sessions")
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            delete_then_interrupt()
        assert store.get_session(session.id) == session
        store.close()
        with pytest.raises(StoreError, match="was closed"):
            store.list_sessions()


@ON_POSTGRES
def test_what_is_forgotten_leaves_the_servers_tables_when_they_are_compacted(place):
    (data,) = (row[0] for row in raw(place.address, "SHOW data_directory")[0])
    with place.open() as store:
        made = store.keep_memories(
            [Memory(text="Bo keeps quuxbertwurst.", subject="quuxbertwurst")]
        )
        store.keep_memories([Memory(text="Bo keeps cats.")])
        store.forget_memories([made[0].id])
        store.database.compact()
        with store.database.reading() as connection:
            told = connection.execute(
                "SELECT count(*) FROM pg_stats WHERE schemaname = 'personae' "
                "AND attname IN ('text', 'words', 'subject', 'content')"
            ).fetchone()
        assert told == (0,)  # no words in the planner's statistics
    raw(place.address, "CHECKPOINT")
    held = subprocess.run(["grep", "-rla", "quuxbertwurst", f"{data}/base"], capture_output=True)
    assert held.stdout == b""


# Words


@given(st.text(st.characters()))
def test_escaping_is_undone(text):
    assert "\0" not in escaped(text)
    assert unescaped(escaped(text)) == text
    assert unescaped(escaped(postgres._MARK + "0" + text)) == postgres._MARK + "0" + text


def test_words_are_folded_as_fts5_folds_them():
    assert (
        folded("Don't STOP_the Zwölf-Uhr café, 3.5 km!") == "don t stop the zwolf uhr cafe 3 5 km"
    )
    assert folded("a天气b") == "a 天 气 b"
    assert folded("ß ½ İ x²") == "ß ½ i x²"
    assert len(folded("word " * 200_000)) <= MAX_INDEXED_BYTES
    assert folded("x" * 9_000) == "x" * 255


ASKED = "dog dogs walking walked the a generously Rome café天气 don't re-run 42 running Zwölf"
WORDS = st.sampled_from(ASKED.split(" "))
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=12).map(" ".join), min_size=1, max_size=10)


@ON_POSTGRES
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    TEXTS, st.lists(WORDS, min_size=1, max_size=4).map(" ".join), st.sampled_from(["all", "any"])
)
def test_both_databases_find_the_same_memories_with_the_same_scores(
    place, tmp_path_factory, texts, query, match
):
    file = tmp_path_factory.mktemp("same") / "personae.db"
    found = []
    for address in (file, place.empty().address):
        with open_address(address) as store:
            store.keep_memories([Memory(text=t, id=f"m{n}") for n, t in enumerate(texts)])
            hits = store.search_memories(query, Scope(), limit=99, match=match)
            found.append({hit.memory.id: hit.score for hit in hits})
    assert found[0].keys() == found[1].keys()
    if "天" not in query and "-" not in query and "'" not in query:  # a phrase counts once a text
        assert found[0] == pytest.approx(found[1], rel=1e-3, abs=1e-9)


@ON_POSTGRES
def test_a_huge_text_of_different_words_is_kept_and_found_by_its_first(place, ana):
    text = " ".join(f"w{n:x}" for n in range(150_000))
    with place.open() as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")
        turn = store.append_turn(session.id, NewTurn("You", text))
        assert store.get_turn(turn.id).text == text
        assert len(store.search_turns("w1f4")) == 1


def test_both_schemas_have_the_same_tables_and_columns(postgres_address):
    import sqlite3

    connection = sqlite3.connect(":memory:")
    for migration in MIGRATIONS:
        for statement in migration.statements:
            connection.execute(statement)
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%' "
        "AND name NOT LIKE 'sqlite%' AND name <> 'vector_indexes'"
    ).fetchall()
    ours = {
        (name, row[1])
        for (name,) in names
        for row in connection.execute(f"PRAGMA table_info({name})")
    }
    connection.close()
    open_postgres(postgres_address).close()
    (found,) = raw(
        postgres_address,
        "SELECT table_name, column_name FROM information_schema.columns "
        "WHERE table_schema = 'personae' AND table_name <> 'migrations' "
        "AND column_name NOT LIKE '%words' AND column_name NOT LIKE '%count'",
    )
    assert {*found.fetchall()} == ours
