"""The words of many memories: rare ones first, the newest of common ones, within the scope."""

from __future__ import annotations

import pytest

from personae.data import Memory
from personae.store import memory_words
from personae.store.memory_types import Scope

# FTS5 alone: PostgreSQL asks for the same words, and scores all rows that have them.
pytestmark = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    """Ten rows are many."""
    for name, rows in (("LARGE_FROM", 10), ("RARE", 10), ("WEIGHED", 40), ("MOST", 10)):
        monkeypatch.setattr(memory_words, f"{name}_ROWS", rows)
    monkeypatch.setattr(
        memory_words, "_BEST", memory_words._BEST.replace("LIMIT 10000", "LIMIT 10")
    )


def keep(store, *texts, **changes):
    store.keep_memories([Memory(text=text, **changes) for text in texts])


def found(store, query, scope=Scope(), limit=100):  # noqa: B008
    return [one.memory.text for one in store.search_memories(query, scope, limit=limit)]


def expression(store, query):
    with store._database.reading() as connection:
        return store._memories._words._expression(connection, query, "any")


def test_few_rows_are_asked_for_all_words(store):
    keep(store, *(f"you like number {n}" for n in range(10)))
    assert expression(store, "do you like newts") == '"do" OR "you" OR "like" OR "newts"'
    assert len(found(store, "do you like newts")) == 10


def test_many_rows_are_asked_for_the_rarest_words(store):
    keep(store, *(f"you like number {n}" for n in range(30)), "newts", "you and newts")
    rare = '"do" OR "newts"'
    assert expression(store, "do you like newts") == f'({rare}) AND ({rare} OR "like")'
    assert set(found(store, "do you like newts")) == {"newts", "you and newts"}
    assert expression(store, "newts") == '"newts"'
    assert found(store, "...") == []


def test_of_a_word_that_everybody_says_the_newest_are_found(store):
    keep(store, "you", *(f"you {n}" for n in range(30)))
    assert expression(store, "you") == '"you"'
    assert found(store, "you", limit=5) == [f"you {n}" for n in range(29, 24, -1)]


def test_a_scope_that_hides_the_best_still_sees_its_own(store):
    keep(store, "you mine", holder="Ana")
    keep(store, *(f"you {n}" for n in range(30)), holder="Cy")
    assert found(store, "you", Scope(holder="Ana"), limit=2) == ["you mine"]
    assert found(store, "you", Scope(holder="Eve")) == []
    assert found(store, "you", Scope(holder="Ana"), limit=0) == []


def test_frequencies_are_counted_anew_when_there_is_twice_as_much(store):
    keep(store, "newts", *(f"you {n}" for n in range(10)), *("they" for _ in range(9)))
    assert expression(store, "you newts") == '("newts") AND ("newts" OR "you")'
    keep(store, *("newts" for _ in range(40)))
    assert expression(store, "you newts") == '"you"'
