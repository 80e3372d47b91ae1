"""`personae store`, as a user calls it."""

from __future__ import annotations

import json

import pytest

from personae.cli.app import run
from personae.data import Memory, Persona
from personae.settings import load_settings
from personae.store.memory_types import Scope
from personae.store.opening import open_address


@pytest.fixture
def call(capsys):
    """Runs personae; returns its exit code, what is on stdout, and what is on stderr."""

    def run_command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            run([*arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run_command


@pytest.fixture
def filled():
    """The usual store with a session and a memory."""
    database = load_settings().database
    with open_address(database) as store:
        store.create_session(Persona(name="Ana"), user_name="Bo", method="plain", model="scripted")
        store.keep_memories([Memory(text="Bo swims.", id="m")])
    return database


def test_a_store_is_looked_at_checked_and_looked_after(call, filled):
    told = json.loads(call("store", "info", "--json")[1])
    assert told["store"] == str(filled)
    assert told["tables"]["memories"]["rows"] == 1
    assert "memories" in call("store", "info")[1]
    assert call("store", "verify")[0] == 0
    assert call("store", "reindex")[0] == 0
    assert "MB before" in call("store", "compact")[2]
    with open_address(filled) as store, store.database.writing() as connection:
        connection.execute("DELETE FROM memory_events")
    code, out, _ = call("store", "verify", "--json")
    assert (code, json.loads(out)["faults"]) == (
        1, ["memory without the beginning of its history: m"],
    )  # fmt: skip


def test_a_store_is_moved_and_used_at_its_new_address(call, filled, place, tmp_path):
    target = place.address if isinstance(place.address, str) else f"sqlite:{tmp_path}/b.db"
    code, out, err = call("store", "migrate", f"sqlite:{filled}", target, "--json")
    assert code == 0, err
    moved = json.loads(out)["tables"]
    assert moved["memories"]["rows"] == moved["sessions"]["rows"] == 1
    there = json.loads(call("--store", target, "store", "info", "--json")[1])
    assert there["tables"] == moved
    assert json.loads(call("--store", target, "memory", "list", "--json")[1])[0]["id"] == "m"
    assert "Bo" in call("--store", target, "sessions", "list", "--json")[1]
    code, _, err = call("store", "migrate", str(filled), target)
    assert code != 0
    assert "is not empty (it has 1 personas); move into an empty one." in err
    assert err.count("\n") == 1
    with open_address(target) as store:
        assert len(store.memories(Scope())) == 1


def test_a_store_that_is_not_there_is_one_sentence(call, tmp_path):
    for address in (f"sqlite:{tmp_path}/no.db", "mysql:x"):
        code, _, err = call("store", "migrate", address, f"sqlite:{tmp_path}/b.db")
        assert code != 0
        assert "There is no store at" in err
    assert not (tmp_path / "no.db").exists()
    code, _, err = call("--store", "postgresql://localhost:1/x", "store", "info")
    assert code != 0
    assert "Traceback" not in err
