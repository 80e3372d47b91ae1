"""Checking that a store is whole."""

from __future__ import annotations

import pytest

from personae.data import Memory
from personae.store.memory_types import Scope
from personae.store.types import NewTurn
from personae.store.verifying import faults, reindex

SCOPE = Scope(past=True)


@pytest.fixture
def filled(store, begin):
    session, other = begin(), begin()
    store.append_exchange(session.id, [NewTurn("You", "dogs"), NewTurn("Ana", "no dogs")])
    store.append_turn(other.id, NewTurn("You", "hi"))
    store.keep_memories([Memory(text="Bo walks.", id="m")], vectors=[[1.0]], fingerprint="f")
    store.keep_memories([Memory(text="Bo runs.", id="n")], supersedes=["m"])
    return store


def test_a_store_that_was_only_used_is_whole(filled):
    filled.revise_memory("n", "Bo swims.")
    filled.forget_memories(["m"])
    assert faults(filled.database) == ()


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE turns SET parent_id = (SELECT max(id) FROM turns)", "below an older turn"),
        ("UPDATE sessions SET active_leaf = (SELECT max(id) FROM turns)", "another session's turn"),
        ("DELETE FROM memory_events", "without the beginning of its history: m, n"),
        ("UPDATE memories SET valid_until = 0", "ends before it begins"),
        ("UPDATE memories SET valid_until = NULL", "gave way and has no end: m"),
        ("UPDATE memories SET superseded_by = id, valid_until = valid_from", "its own place"),
        ("UPDATE vectors SET key = 'gone'", "vector of a memory that is not there: gone"),
    ],
)
def test_each_fault_is_named_with_its_ids(filled, change, fault):
    with filled.database.writing() as connection:
        connection.execute(change)
    (found,) = faults(filled.database)
    assert fault in found


def test_an_index_that_does_not_fit_is_noticed_and_made_anew(filled, request):
    on_sqlite = "sqlite" in request.node.name
    with filled.database.writing() as connection:
        if on_sqlite:
            connection.execute("INSERT INTO memories_fts (memories_fts) VALUES ('delete-all')")
        else:
            connection.execute("UPDATE memories SET words = ''")
    assert filled.search_memories("swims runs walks", SCOPE) == ()
    assert "full text of memories does not fit" in faults(filled.database)[0]
    reindex(filled.database)
    assert faults(filled.database) == ()
    assert len(filled.search_memories("walk run", SCOPE)) == 2


def test_a_compacted_store_is_the_same(filled):
    filled.database.compact()
    assert faults(filled.database) == ()
    assert filled.database.size_bytes() > 10_000
