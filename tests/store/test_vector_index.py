"""An index of many vectors: near the exact answer, following the table, and safe to lose."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager

import numpy as np
import pytest

from personae.data import Memory
from personae.errors import StoreError
from personae.store.memory_types import Scope
from personae.store.sqlite import open_store
from personae.store.vector_index import VectorIndexes

ROWS, WIDTH = 600, 16
FROM_ROWS = 300


def vectors(count=ROWS, seed=0):
    """Points around a few centres, as those of texts are."""
    rng = np.random.default_rng(seed)
    centres = rng.standard_normal((20, WIDTH))
    return (centres[rng.integers(0, 20, count)] + 0.5 * rng.standard_normal((count, WIDTH))).astype(
        np.float32
    )


def unit(rows):
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def opened(path):
    return open_store(path, indexed_from_rows=FROM_ROWS)


def put(store, rows, start=0):
    given = [(str(start + at), row, f"text {start + at}") for at, row in enumerate(rows)]
    store.put_vectors("things", given, fingerprint="toy")


def nearest(store, vector, k=10):
    return [one.key for one in store.nearest("things", vector, k)]


def exact(rows, vector, k=10):
    return [str(at) for at in np.argsort(-(unit(rows) @ unit(vector)))[:k]]


def recall(store, rows, k=10):
    asked = vectors(50, seed=1)
    hits = [len(set(nearest(store, one, k)) & set(exact(rows, one, k))) for one in asked]
    return sum(hits) / (k * len(asked))


def files(path):
    folder = path.with_name("personae.db-vectors")
    return sorted(folder.iterdir()) if folder.exists() else []


def wait_for_index(path, timeout_s=20.0):
    give_up_at = time.monotonic() + timeout_s
    while not files(path) and time.monotonic() < give_up_at:
        time.sleep(0.01)


@pytest.fixture
def indexed(path):
    """A store with ROWS vectors and an index of all of them."""
    with opened(path) as store:
        put(store, vectors())
        assert store._vectors.grow("local", "things")
        yield store


def test_few_vectors_have_no_index_and_many_get_one_behind_a_question(path):
    rows = vectors()
    with opened(path) as store:
        put(store, rows[: FROM_ROWS - 1])
        assert nearest(store, rows[0]) == exact(rows[: FROM_ROWS - 1], rows[0])
        assert not store._vectors.grow("local", "things")
        assert not store._vectors.grow("local", "nothing")
        assert files(path) == []
        put(store, rows[FROM_ROWS - 1 :], FROM_ROWS - 1)
        assert nearest(store, rows[0]) == exact(rows, rows[0])
        wait_for_index(path)
        assert len(files(path)) == 1
        assert recall(store, rows) > 0.97


def test_scores_are_exact_and_ties_are_in_order(indexed):
    rows = vectors()
    found = indexed.nearest("things", rows[5], 3)
    assert (found[0].key, found[0].text) == ("5", "text 5")
    told = [unit(rows[int(one.key)]) @ unit(rows[5]) for one in found]
    assert [one.score for one in found] == pytest.approx(told, abs=1e-6)
    with pytest.raises(StoreError, match="dimensions"):
        indexed.nearest("things", [1.0, 2.0], 3)
    assert len(indexed.nearest("things", rows[5], 10_000)) == ROWS


def test_what_comes_later_is_found_at_once_and_what_goes_is_not(indexed, path):
    more = vectors(150, seed=2)
    rows = np.concatenate([vectors(), more])
    put(indexed, more[:90], ROWS)  # too few to be worth an index
    assert nearest(indexed, more[7], 1) == [str(ROWS + 7)]
    assert recall(indexed, rows[:-60]) > 0.97
    before = files(path)
    put(indexed, more[90:], ROWS + 90)
    told = []
    assert indexed._vectors.grow("local", "things", lambda done, of: told.append((done, of)))
    assert told[-1] == (ROWS + 150, ROWS + 150)
    assert recall(indexed, rows) > 0.97
    assert len(files(path)) == 1
    assert files(path) != before
    near = nearest(indexed, rows[5], 40)
    indexed.delete_vectors("things", near[:39])
    assert nearest(indexed, rows[5], 1) == near[39:]
    put(indexed, [-rows[5]], int(near[39]))
    assert nearest(indexed, rows[5], 1) != near[39:]
    assert nearest(indexed, -rows[5], 1) == near[39:]


def test_when_most_is_gone_the_index_is_built_from_nothing(indexed, path):
    size = files(path)[0].stat().st_size
    indexed.delete_vectors("things", [str(at) for at in range(400)])
    put(indexed, vectors(150, seed=2), ROWS)
    assert indexed._vectors.grow("local", "things")
    assert files(path)[0].stat().st_size < size
    assert nearest(indexed, vectors()[500], 1) == ["500"]


def stored(path, vector):
    """The row of the index that is the vector, as its bytes, and how often they are in files."""
    raw = files(path)[0].read_bytes()
    table = np.frombuffer(raw, np.int8, ROWS * WIDTH, 8).reshape(ROWS, WIDTH)
    likeness = (table @ unit(vector).astype(np.float64)) / np.linalg.norm(
        np.maximum(np.abs(table), 1e-9) * np.sign(table + 0.5), axis=1
    )
    return table[np.argmax(likeness)].tobytes(), float(likeness.max())


def test_an_erased_vector_leaves_the_file(indexed, path):
    gone = vectors()[5]
    row, likeness = stored(path, gone)
    assert likeness > 0.99
    indexed.delete_vectors("things", ["5"])
    assert row not in files(path)[0].read_bytes()
    assert stored(path, gone)[1] < 0.99
    indexed.drop_vectors("things")
    assert files(path) == []


def test_an_erasure_that_a_crash_cut_short_is_finished_when_the_store_is_opened(path, monkeypatch):
    with opened(path) as store:
        put(store, vectors())
        store._vectors.grow("local", "things")
        row, _ = stored(path, vectors()[5])
        with monkeypatch.context() as patched:
            patched.setattr(VectorIndexes, "settle", lambda self: None)
            store.delete_vectors("things", ["5"])
        assert row in files(path)[0].read_bytes()
    stray = files(path)[0].with_name("1-0123.usearch")
    stray.write_bytes(row)
    with opened(path) as store:
        assert len(files(path)) == 1
        assert row not in files(path)[0].read_bytes()
        assert "5" not in nearest(store, vectors()[5])


@pytest.mark.parametrize("way", ["forget", "revise", "delete the session"])
def test_however_a_memory_goes_its_vector_leaves_the_file(path, ana, way):
    with opened(path) as store:
        session = store.create_session(ana, user_name="You", method="plain", model="scripted").id
        memories = [Memory(text=f"{at}", id=f"m{at}") for at in range(ROWS)]
        memories[5] = memories[5].model_copy(update={"session": session})
        store.keep_memories(memories, vectors=vectors(), fingerprint="toy")
        assert store.index_memories()
        row, _ = stored(path, vectors()[5])
        assert row in files(path)[0].read_bytes()
        if way == "forget":
            store.forget_memories(["m5"])
        elif way == "revise":
            store.revise_memory("m5", "other", vector=-vectors()[5])
        else:
            store.delete_session(session)
        assert row not in files(path)[0].read_bytes()


@pytest.mark.parametrize("fault", ["missing", "empty", "cut", "graph", "other erasures", "head"])
def test_without_a_sound_file_the_answers_are_exact_until_it_is_made_again(path, fault):
    with opened(path) as store:
        put(store, vectors())
        store._vectors.grow("local", "things")
    (file,) = files(path)
    raw = bytearray(file.read_bytes())
    if fault == "missing":
        file.unlink()
    elif fault == "empty":
        file.write_bytes(b"")
    elif fault == "cut":
        file.write_bytes(raw[:-1000])
    else:
        raw[{"graph": -9000, "other erasures": -8, "head": 2}[fault]] ^= 0x55
        file.write_bytes(raw)
    with opened(path) as store:
        for one in vectors(5, seed=1):
            assert nearest(store, one) == exact(vectors(), one)
        store._vectors._indexes._builder.join()
        assert len(files(path)) == 1
        assert files(path) != [file]
        assert recall(store, vectors()) > 0.97


def test_two_stores_of_one_file_share_an_index_and_see_each_others_erasures(indexed, path):
    with opened(path) as other:
        assert recall(other, vectors()) > 0.97
        other.delete_vectors("things", ["5"])
        assert "5" not in nearest(indexed, vectors()[5])
        put(other, vectors(150, seed=2), ROWS)
        assert other._vectors.grow("local", "things")
        assert nearest(indexed, vectors(150, seed=2)[3], 1) == [str(ROWS + 3)]
        assert len(files(path)) == 1


def test_the_slower_of_two_builders_gives_way(indexed, path, monkeypatch):
    put(indexed, vectors(150, seed=2), ROWS)
    with opened(path) as other:
        rows = VectorIndexes._rows

        def overtaken(self, collection, after):
            monkeypatch.setattr(VectorIndexes, "_rows", rows)
            assert other._vectors.grow("local", "things")
            return rows(self, collection, after)

        monkeypatch.setattr(VectorIndexes, "_rows", overtaken)
        assert not indexed._vectors.grow("local", "things")
        assert len(files(path)) == 1
        assert nearest(indexed, vectors(150, seed=2)[3], 1) == [str(ROWS + 3)]


def test_what_is_erased_while_an_index_is_built_is_not_in_it(path, monkeypatch):
    with opened(path) as store:
        put(store, vectors())
        rows, done = VectorIndexes._rows, []

        def erasing(self, collection, after):
            if after and not done:
                done.append(after)
                store.delete_vectors("things", ["5"])
            return rows(self, collection, after)

        monkeypatch.setattr(VectorIndexes, "_rows", erasing)
        assert store._vectors.grow("local", "things")
        assert done
        assert stored(path, vectors()[5])[1] < 0.99
        assert "5" not in nearest(store, vectors()[5])


def test_a_store_that_is_closed_ends_a_build(path):
    with opened(path) as store:
        put(store, np.tile(vectors(), (20, 1)))
        nearest(store, vectors()[0])
        builder = store._vectors._indexes._builder
    assert not builder.is_alive()


def test_a_full_disk_leaves_exact_answers_and_one_warning(indexed, path, monkeypatch, caplog):
    def full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr("personae.store.vector_index.write_index", full)
    put(indexed, vectors(150, seed=2), ROWS)
    for _ in range(3):
        assert nearest(indexed, vectors(150, seed=2)[3], 1) == [str(ROWS + 3)]
        indexed._vectors._indexes._builder.join()
    assert len(caplog.records) == 1
    assert len(files(path)) == 1


def test_a_scope_that_sees_little_is_searched_to_its_end(path):
    rows = vectors(3000)
    hidden = [Memory(text=f"{at}", holder="Cy") for at in range(2990)]
    own = [Memory(text=f"{at}", holder="Ana") for at in range(2990, 3000)]
    with opened(path) as store:
        store.keep_memories([*hidden, *own], vectors=rows, fingerprint="toy")
        assert store.index_memories()
        found = store.nearest_memories(rows[0], Scope(holder="Ana"), limit=5)
        order = [at for at in exact(rows, rows[0], 3000) if int(at) >= 2990]
        assert [one.memory.text for one in found] == order[:5]
        assert store.nearest_memories(rows[0], Scope(holder="Eve"), limit=5) == ()
        assert store.nearest_memories(rows[0], Scope(), limit=0) == ()


def test_the_embedder_can_be_opened_after_an_index():
    order = (
        "from personae.store.vector_file import new_index; new_index(4); import onnxruntime;"
        "from personae.encoders.embedder import open_embedder; open_embedder().embed(['a'])"
    )
    subprocess.run([sys.executable, "-c", order], check=True)


BUILDER = """
import sys
from pathlib import Path
from personae.store.sqlite import open_store
from personae.store import vector_index
store = open_store(Path(sys.argv[1]), indexed_from_rows=300)
print("ready", flush=True)
while True:
    store._vectors.grow("local", "things")
    store._database.connection.execute("DELETE FROM vector_indexes")
"""


@contextmanager
def building(path):
    command = [sys.executable, "-c", BUILDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def test_killed_builders_leave_a_sound_store(path):
    with opened(path) as store:
        put(store, vectors())
    for attempt in range(4):
        with building(path) as process:
            time.sleep(0.05 + 0.07 * attempt)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
        with opened(path) as store:
            assert store.problems() == ()
            named = store._database.connection.execute("SELECT token FROM vector_indexes")
            tokens = {token for (token,) in named}
            assert {file.stem.split("-")[1] for file in files(path)} == tokens
            assert recall(store, vectors()) > 0.97
