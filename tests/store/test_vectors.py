"""Vectors are searched exactly, and what is asked always follows what is stored."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.errors import InvalidOption, StoreError
from personae.store import vectors

ON_SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


def keys(neighbours):
    return [neighbour.key for neighbour in neighbours]


def test_the_nearest_are_those_of_highest_cosine(store):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(500, 16)).astype(np.float32) * rng.uniform(0.1, 9, size=(500, 1))
    store.put_vectors("m", [(f"k{n}", row, f"t{n}") for n, row in enumerate(rows)], fingerprint="f")
    for query in rng.normal(size=(5, 16)):
        cosines = rows @ query / np.linalg.norm(rows, axis=1) / np.linalg.norm(query)
        best = np.argsort(-cosines)[:7]
        found = store.nearest("m", query, 7)
        assert keys(found) == [f"k{n}" for n in best]
        assert [hit.text for hit in found] == [f"t{n}" for n in best]
        assert [hit.score for hit in found] == pytest.approx(cosines[best], abs=1e-5)


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["put", "delete", "drop", "ask"]),
        st.lists(st.integers(0, 7), min_size=1, max_size=4),
        st.integers(1, 50),
    ),
    max_size=15,
)


@pytest.fixture
def two_processes(place):
    """Two stores on one database: what one changes, the other's matrix must notice."""
    with place.open() as one, place.open() as two:
        yield one, two


@given(OPERATIONS)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_sequence_of_changes_by_two_stores_matches_a_dictionary(two_processes, operations):
    stores = two_processes
    stores[0].drop_vectors("m")
    model: dict[str, list[float]] = {}
    for number, (operation, picks, size) in enumerate(operations):
        store, names = stores[number % 2], [f"k{pick}" for pick in picks]
        if operation == "put":
            rows = {name: [float(size), float(place + number)] for place, name in enumerate(names)}
            store.put_vectors("m", [(k, v, k) for k, v in rows.items()], fingerprint="f")
            model |= rows
        elif operation == "delete":
            assert store.delete_vectors("m", names) == len(model.keys() & set(names))
            for name in names:
                model.pop(name, None)
        elif operation == "drop":
            store.drop_vectors("m")
            model.clear()
        for asked in stores:
            found = {hit.key: hit.score for hit in asked.nearest("m", [1.0, 0.0], 100)}
            expected = {k: v[0] / np.hypot(*v) for k, v in model.items()}
            assert found == pytest.approx(expected, abs=1e-5)
            assert asked.vector_keys("m") == model.keys()


def test_a_put_that_fails_changes_nothing(store):
    store.put_vectors("m", [("a", [1.0, 0.0], "old")], fingerprint="f")
    assert keys(store.nearest("m", [1, 0], 3)) == ["a"]
    for rows in (
        [("a", [0.0, 1.0], "new"), ("b", [1.0], "short")],
        [("a", [float("nan"), 1.0], "new")],
        [("a", [1e300, 1.0], "new")],
        [("a", [10**400, 1], "new")],
        [("a", ["x", "y"], "new")],
        [("a", [], "new")],
        [("a" * 5000, [0.0, 1.0], "new")],
    ):
        with pytest.raises(InvalidOption):
            store.put_vectors("m", rows, fingerprint="f")
    assert [hit.text for hit in store.nearest("m", [1, 0], 3)] == ["old"]


def test_vectors_of_another_embedder_are_refused_until_the_collection_is_dropped(store):
    store.put_vectors("m", [("a", [1.0, 0.0], "")], fingerprint="minilm")
    with pytest.raises(StoreError, match=r"'minilm' with 2 dimensions, not of 'other' with 2"):
        store.put_vectors("m", [("b", [1.0, 0.0], "")], fingerprint="other")
    with pytest.raises(StoreError, match="3 dimensions"):
        store.nearest("m", [1, 2, 3], 1)
    assert store.vector_fingerprint("m") == "minilm"
    store.drop_vectors("m")
    store.put_vectors("m", [("b", [1.0, 0.0, 0.0], "")], fingerprint="other")
    assert keys(store.nearest("m", [1, 0, 0], 5)) == ["b"]


def test_edges_of_asking(store):
    assert store.nearest("nothing", [1.0], 3) == ()
    store.put_vectors("m", [], fingerprint="f")
    assert store.vector_fingerprint("m") is None
    rows = [("a", [0.0, 0.0], ""), ("b", [2.0, 0.0], ""), ("c", [4.0, 0.0], "")]
    store.put_vectors("m", rows, fingerprint="f")
    assert store.nearest("m", [1.0, 0.0], 0) == ()
    assert keys(store.nearest("m", [1.0, 0.0], 9)) == ["b", "c", "a"]
    assert [hit.score for hit in store.nearest("m", [0.0, 0.0], 9)] == [0.0, 0.0, 0.0]


@ON_SQLITE
def test_deleted_vectors_leave_no_trace(store, path):
    rows = [(f"zanzibar-{n}", [1.0, float(n)], f"zanzibar text {n}") for n in range(50)]
    store.put_vectors("m", rows, fingerprint="f")
    assert store.delete_vectors("m", [key for key, _, _ in rows]) == 50
    held = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"zanzibar" not in held


@ON_SQLITE
def test_only_the_last_used_matrices_stay_in_memory(store, monkeypatch):
    monkeypatch.setattr(vectors, "MAX_MATRICES", 2)
    for name in "abcd":
        store.put_vectors(name, [(name, [1.0], "")], fingerprint="f")
        assert keys(store.nearest(name, [1.0], 1)) == [name]
    assert len(store._vectors._matrices) == 2
    assert keys(store.nearest("a", [1.0], 1)) == ["a"]


@ON_SQLITE
def test_a_damaged_vector_is_one_sentence(store, path):
    store.put_vectors("m", [("a", [1.0, 0.0], "")], fingerprint="f")
    with sqlite3.connect(path) as other:
        other.execute("UPDATE vectors SET vector = x'00'")
    other.close()
    with pytest.raises(StoreError, match="damaged"):
        store.nearest("m", [1.0, 0.0], 1)
