"""Moving a store: everything arrives, or the target stays empty."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time

import pytest

from personae.data import Memory
from personae.errors import StoreError
from personae.store import moving
from personae.store.memory_types import Scope
from personae.store.migrations import MIGRATIONS
from personae.store.moving import SEARCHED, TABLES, contents, move
from personae.store.opening import open_address
from personae.store.types import NewTurn


@pytest.fixture
def full(path, ana):
    """A SQLite store with something in every table, and its path."""
    with open_address(path) as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")
        store.save_persona(ana.model_copy(update={"style": "loud"}))
        said = NewTurn(
            "You", "My d\0gs \U0010ffff0 walk in 天气", details={"k": 1}, labels={"a": "é"}
        )
        turn, reply = store.append_exchange(session.id, [said, NewTurn("Ana", "Zwölf!")])
        store.append_turn(session.id, NewTurn("Ana", "Again."), parent_id=turn.id)
        store.set_active_leaf(session.id, reply.id)
        vectors = [[0.1, -3.4e38, 1e-40], [1 / 3, 0.0, 7.0]]
        old, _ = store.keep_memories(
            [
                Memory(text="Bo walks dogs.", id="old", witnesses=("Bo",), provenance=(turn.id,)),
                Memory(text="Bo is active.", id="made", sources=("old",), provenance=(reply.id,)),
            ],
            vectors=vectors, fingerprint="toy",
        )  # fmt: skip
        store.keep_memories([Memory(text="Bo has cats.", importance=0.1)], supersedes=[old.id])
        store.forget_memories([store.keep_memories([Memory(text="x")])[0].id])
        store.put_vectors("notes", [("k", [1.0], "t")], fingerprint="f")
        assert all(one.rows for one in contents(store.database).values())
    return path


def held(store):
    (session,) = store.list_sessions()
    return (
        session, store.dialogue(session.id), store.memories(Scope(past=True)),
        store.memory_events("old"), store.search_turns("dgs walk"),
        [hit.memory.id for hit in store.search_memories("walking", Scope(past=True))],
        [hit.key for hit in store.nearest("memories", [0.0, 0.0, 1.0], 3)],
        [store.find_persona("ana", version=n) for n in (1, 2)],
    )  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres"])
def target(request, tmp_path):
    """The address of an empty store of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "other" / "personae.db")
    address = request.getfixturevalue("postgres_address")
    request.getfixturevalue("emptied")(address)
    return address


def test_everything_arrives_and_comes_back(full, target, tmp_path):
    with open_address(full) as old, open_address(target) as new:
        before, shown = contents(old.database), []
        moved = move(old.database, new.database, lambda *told: shown.append(told))
        assert moved == before == contents(new.database)
        assert held(new)[:4] == held(old)[:4]
        assert held(new)[5:] == held(old)[5:]
        assert [hit.turn for hit in held(new)[4]] == [hit.turn for hit in held(old)[4]]
        assert ("memories", 3, 3) in shown
        # Numbers go on where they ended, and nothing is found twice.
        (kept,) = new.keep_memories([Memory(text="new")])
        assert new.get_memory(kept.id).text == "new"
    with open_address(target) as new, open_address(tmp_path / "back.db") as back:
        new.forget_memories([kept.id])
        move(new.database, back.database)
        assert contents(back.database) == before


def test_a_target_that_is_not_empty_is_refused_in_one_sentence(full, target):
    with open_address(full) as old, open_address(target) as new:
        new.keep_memories([Memory(text="mine", id="m")])
        with pytest.raises(StoreError, match=r"is not empty \(it has 1 memories\)") as caught:
            move(old.database, new.database)
        assert "\n" not in str(caught.value)
        assert len(new.memories(Scope())) == 1


def test_a_row_that_does_not_arrive_as_it_was_takes_everything_back(full, target, monkeypatch):
    with open_address(full) as old, open_address(target) as new:
        monkeypatch.setattr(moving, "_copy", lambda *_: moving.Content(1, "of something else"))
        with pytest.raises(StoreError, match="was not the same"):
            move(old.database, new.database)
        assert all(one.rows == 0 for one in contents(new.database).values())


def test_every_table_and_column_is_moved():
    connection = sqlite3.connect(":memory:")
    for migration in MIGRATIONS:
        for statement in migration.statements:
            connection.execute(statement)
    names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%fts%'"
    made = {
        name: {row[1] for row in connection.execute(f"PRAGMA table_info({name})")}
        - {*SEARCHED.get(name, {})}
        for (name,) in connection.execute(names)
        if not name.startswith("sqlite_") and name != "vector_indexes"  # of files beside this one
    }
    connection.close()
    assert {table.name: {*table.columns} for table in TABLES} == made


MOVER = """
import sys, time
from personae.store.opening import open_address
from personae.store.moving import move
with open_address(sys.argv[1]) as old, open_address(sys.argv[2]) as new:
    print("begun", flush=True)
    def show(name, done, total):
        print(name, flush=True)
        time.sleep(0.02)
    move(old.database, new.database, show)
    print("done", flush=True)
"""


def test_a_move_that_is_killed_leaves_the_target_empty_and_can_be_done_again(full, target):
    moments, killed = random.Random(5), 0
    for _ in range(3):
        command = [sys.executable, "-c", MOVER, str(full), target]
        mover = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert mover.stdout is not None
        mover.stdout.readline()
        time.sleep(moments.uniform(0.0, 0.2))
        mover.kill()
        killed += "done" not in mover.stdout.read()
        mover.stdout.close()
        mover.wait()
        with open_address(target) as new:
            rows = {one.rows for one in contents(new.database).values()}
            assert rows == {0} or 0 not in rows
            if rows != {0}:
                break
    assert killed
    with open_address(full) as old, open_address(target) as new:
        if rows == {0}:
            move(old.database, new.database)
        assert contents(new.database) == contents(old.database)
