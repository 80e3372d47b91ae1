"""Bad places, bad files and bad luck are one sentence each, and nothing is lost."""

from __future__ import annotations

import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from personae.errors import StoreError
from personae.store.sqlite import open_store
from personae.store.types import ROOT, NewTurn

ON_SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture
def readonly_folder():
    """A folder that this process cannot write to; root steps down to nobody for it."""
    folder = Path(tempfile.mkdtemp(prefix="personae-readonly-", dir="/tmp"))
    open_store(folder / "made.db").close()
    (folder / "made.db").chmod(0o666)
    (folder / "empty.db").touch(mode=0o444)
    folder.chmod(0o555)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    yield folder
    if is_root:
        os.seteuid(0)
    folder.chmod(0o755)
    shutil.rmtree(folder)


def sentence(caught) -> str:
    text = str(caught.value)
    assert "\n" not in text
    assert text.endswith(".")
    return text


def fill(store, session, count):
    for number in range(count):
        store.append_turn(session.id, NewTurn("You", f"turn {number} " + "x" * 2000))


def test_the_folders_and_the_file_are_private(path):
    open_store(path).close()
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_mode & 0o777 == 0o600


@ON_SQLITE
def test_the_connection_is_set_for_safety(store):
    def pragma(name):
        return store._database.connection.execute(f"PRAGMA {name}").fetchone()[0]

    assert (pragma("journal_mode"), pragma("synchronous")) == ("wal", 1)
    assert (pragma("foreign_keys"), pragma("secure_delete")) == (1, 1)
    assert pragma("busy_timeout") == 5000


def test_a_folder_that_cannot_be_written_names_the_remedy(readonly_folder):
    for place in ("personae.db", "deeper/personae.db", "empty.db", "made.db"):
        with pytest.raises(StoreError, match="set PERSONAE_HOME") as caught:
            open_store(readonly_folder / place)
        assert str(readonly_folder) in sentence(caught)


def test_a_folder_or_a_file_in_the_way_names_the_remedy(tmp_path):
    (tmp_path / "file").write_text("hello")
    for place in (tmp_path, tmp_path / "file" / "personae.db"):
        with pytest.raises(StoreError, match="set PERSONAE_HOME") as caught:
            open_store(place)
        sentence(caught)


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path):
    file = tmp_path / "personae.db"
    file.write_bytes(b"SQLite, but not really. " * 500)
    with pytest.raises(StoreError, match="is not a database") as caught:
        open_store(file)
    sentence(caught)
    assert file.read_bytes() == b"SQLite, but not really. " * 500


def test_the_database_of_another_program_is_left_as_it_is(tmp_path):
    file = tmp_path / "places.sqlite"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    other.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="another program") as caught:
        open_store(file)
    sentence(caught)
    assert file.read_bytes() == before


def test_a_damaged_database_says_how_to_rescue_it(path, ana):
    with open_store(path) as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")
        fill(store, session, 50)
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = b"\xa5" * (len(content) - 4096 * 2)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged") as caught, open_store(path) as store:
        store.path_to(session.id)
    assert ".recover" in sentence(caught)


def test_a_database_that_another_process_locks_is_waited_for_then_named(path, ana):
    with open_store(path, busy_timeout_s=0.05) as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program") as caught:
            store.append_turn(session.id, NewTurn("You", "hi"))
        assert str(path) in sentence(caught)
        assert store.path_to(session.id) == ()  # readers do not wait in WAL mode
        other.execute("ROLLBACK")
        other.close()
        store.append_turn(session.id, NewTurn("You", "hi"))
        assert len(store.path_to(session.id)) == 1


def test_a_writer_waits_for_another_that_soon_is_done(path, ana):
    with open_store(path) as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.2, other.execute, ["COMMIT"])
        timer.start()
        store.append_turn(session.id, NewTurn("You", "hi"))
        timer.join()
        other.close()
        assert len(store.path_to(session.id)) == 1


def test_opening_a_locked_database_is_one_sentence(path):
    open_store(path).close()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="locked by another program") as caught:
        open_store(path, busy_timeout_s=0.05)
    sentence(caught)
    other.close()


def test_a_full_disk_keeps_what_was_there_and_half_of_nothing(path, ana):
    with open_store(path) as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")
        fill(store, session, 5)
        before = store.path_to(session.id)
        connection = store._database.connection
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(StoreError, match="The disk is full") as caught:
            store.append_exchange(session.id, [NewTurn("You", "hi"), NewTurn("Ana", "y" * 90_000)])
        assert str(path) in sentence(caught)
        assert store.path_to(session.id) == before
        assert store.search_turns("hi") == ()
        connection.execute("PRAGMA max_page_count = 1000000")
        store.append_turn(session.id, NewTurn("You", "hi"))
        assert len(store.path_to(session.id)) == 6
        assert store.problems() == ()


def test_a_closed_store_says_so(path):
    store = open_store(path)
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed") as caught:
        store.list_sessions()
    sentence(caught)


@ON_SQLITE
def test_an_interrupt_within_a_transaction_takes_it_back(store, begin):
    session = begin()

    def delete_then_interrupt():
        with store._database.writing() as connection:
            connection.execute("DELETE FROM sessions")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        delete_then_interrupt()
    assert store.get_session(session.id) == session


def test_many_may_open_a_new_database_at_once(path):
    faults, start = [], threading.Barrier(8)

    def open_and_close():
        start.wait()
        try:
            open_store(path).close()
        except StoreError as error:
            faults.append(error)

    threads = [threading.Thread(target=open_and_close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


WRITER = """
import sys
from pathlib import Path
from personae.store.sqlite import open_store
from personae.store.types import NewTurn

store = open_store(Path(sys.argv[1]))
while True:
    said = NewTurn("You", "what I said " * 20, details={"prompt": "p" * 500})
    exchange = store.append_exchange(sys.argv[2], [said, NewTurn("Ana", "what she said " * 20)])
    retry = store.append_turn(
        sys.argv[2], NewTurn("Ana", "again"), parent_id=exchange[1].parent_id
    )
    print(*[turn.id for turn in exchange], retry.id, flush=True)
"""


def kill_after(path: Path, session_id: str, seconds: float) -> list[str]:
    """Run the writer, kill it, and return the ids that it said were committed."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), session_id], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(seconds)
    writer.kill()
    rest = writer.stdout.read()
    writer.stdout.close()
    assert writer.wait() == -9
    whole_lines = re.findall(r".*\n", first + rest)
    return " ".join(whole_lines).split()


def test_a_killed_process_loses_no_committed_turn_and_corrupts_nothing(path, ana):
    moments = random.Random(20261123)
    committed: list[str] = []
    unannounced = 0
    with open_store(path) as store:
        session = store.create_session(ana, user_name="You", method="plain", model="m")
    for _ in range(12):
        committed += kill_after(path, session.id, moments.uniform(0.0, 0.08))
        with open_store(path) as store:
            assert store.problems() == ()
            session = store.get_session(session.id)
            on_path = store.path_to(session.id)
            kept = {turn_id: store.get_turn(turn_id) for turn_id in committed}
            # The active path is whole from its root, and each committed turn hangs on it.
            assert on_path[-1].id == session.active_leaf
            assert on_path[0].parent_id == ROOT
            assert all(two.parent_id == one.id for one, two in pairwise(on_path))
            ids_on_path = {turn.id for turn in on_path}
            assert {turn.parent_id for turn in kept.values()} <= ids_on_path | {ROOT}
            # Unannounced are at most a round that was cut, and one whose line was lost.
            assert 0 <= session.turn_count - len(committed) - unannounced <= 6
            unannounced = session.turn_count - len(committed)
    assert len(committed) > 36
