"""`personae sessions`, as a user calls it."""

from __future__ import annotations

import io
import json

import pytest

from personae.cli.app import run
from personae.data import Dialogue, Persona
from personae.settings import load_settings
from personae.store.sqlite import open_store
from personae.store.types import NewTurn


@pytest.fixture
def call(capsys):
    """Runs a command; returns its exit code, what is on stdout, and what is on stderr."""

    def run_command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            run(["sessions", *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run_command


@pytest.fixture
def walks():
    """A stored session with two turns on its active branch and one beside it."""
    with open_store(load_settings().database) as store:
        ana = Persona(name="Ana", id="ana")
        session = store.create_session(
            ana, user_name="You", method="plain", model="scripted", title="walks"
        )
        turns = [NewTurn("You", "Any [bold] dogs?"), NewTurn("Ana", "Two.")]
        _, reply = store.append_exchange(session.id, turns)
        store.append_turn(session.id, NewTurn("Ana", "Three."), parent_id=reply.parent_id)
        return store.get_session(session.id)


def test_no_sessions_is_an_empty_list(call):
    assert call("list", "--json") == (0, "[]\n", "")


def test_list_shows_each_session(call, walks):
    code, out, _ = call("list", "--json")
    (listed,) = json.loads(out)
    assert code == 0
    assert (listed["id"], listed["title"], listed["turn_count"]) == (walks.id, "walks", 3)
    code, out, _ = call("list")
    assert code == 0
    assert f" {walks.id[:8]} " in out


@pytest.mark.parametrize("name", ["latest", "walks", "wal"])
def test_show_prints_the_active_branch(call, walks, name):
    code, out, _ = call("show", name)
    assert code == 0
    assert "You: Any [bold] dogs?\nAna: Three.\n" in out
    assert "Two." not in out
    code, out, _ = call("show", walks.id.lower()[:20], "--last", "1", "--json")
    assert [turn["text"] for turn in json.loads(out)["turns"]] == ["Three."]


def test_rename_gives_another_title(call, walks):
    code, out, err = call("rename", "walks", "dogs")
    assert (code, out) == (0, "")
    assert "'dogs'" in err
    code, out, _ = call("rename", walks.id, "cats", "--json")
    assert json.loads(out)["title"] == "cats"


def test_export_writes_dialogues_that_read_back(call, walks, tmp_path):
    code, out, _ = call("export")
    dialogue = Dialogue.from_json(out)
    assert code == 0
    assert (dialogue.id, [turn.text for turn in dialogue.turns][1]) == (walks.id, "Three.")
    assert dialogue.personas["Ana"].id == "ana"
    code, out, _ = call("export", "walks", "--json")
    assert [Dialogue.from_dict(one) for one in json.loads(out)] == [dialogue]
    file = tmp_path / "out.jsonl"
    assert call("export", "walks", "--out", str(file))[:2] == (0, "")
    assert Dialogue.from_json(file.read_text()) == dialogue
    assert [entry.name for entry in tmp_path.iterdir()] == ["out.jsonl"]


def test_delete_erases_only_when_told_so(call, walks, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert call("delete", "walks")[0] == 130
    code, out, _ = call("delete", "walks", "--yes", "--json")
    assert (code, json.loads(out)) == (0, {"id": walks.id, "turns": 3})
    assert call("list", "--json")[1] == "[]\n"


def test_an_unknown_session_offers_the_nearest(call, walks):
    code, out, err = call("show", "walk-s")
    assert (code, out) == (2, "")
    assert "'walks'" in err


def test_a_beginning_that_fits_two_sessions_is_refused(call, walks):
    with open_store(load_settings().database) as store:
        persona = Persona(name="Ana", id="ana")
        store.create_session(persona, user_name="You", method="plain", model="m", title="walls")
    code, _, err = call("delete", "wal", "--yes")
    assert code == 2
    assert "fits 2 sessions" in err


def test_a_home_that_cannot_be_made_is_one_sentence(call, monkeypatch):
    monkeypatch.setenv("PERSONAE_HOME", "/proc/nowhere")
    code, out, err = call("list")
    assert (code, out) == (1, "")
    assert err.startswith("error: The database /proc/nowhere/data/personae.db cannot be opened")
    assert err.count("\n") == 1


def test_what_a_terminal_would_obey_is_not_shown(call, walks):
    with open_store(load_settings().database) as store:
        store.append_turn(walks.id, NewTurn("A\x1b[31mna", "\x1b]0;title\x07Bye\x1b[2J."))
    _, out, _ = call("show", "walks")
    assert "Bye." in out
    assert "\x1b" not in out


def test_an_export_that_cannot_be_written_leaves_nothing_behind(call, walks, tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    code, _, err = call("export", "walks", "--out", str(tmp_path / "out.jsonl"))
    assert code == 1
    assert "out.jsonl: This file cannot be written: No space left on device" in err
    assert list(tmp_path.iterdir()) == []
