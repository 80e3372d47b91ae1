"""`personae runs`: to a log of Inspect and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from personae.cli.app import run

TALK = "1 your persona: I have two dogs.\n2 Any pets?\tTwo dogs, and both snore.\n"


def personae(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        run([str(word) for word in words])
    return caught.value.code or 0


def test_a_run_goes_to_a_log_and_back(tmp_path: Path, capsys):
    (tmp_path / "talks.txt").write_text(TALK)
    made, log, back = tmp_path / "run", tmp_path / "log.eval", tmp_path / "back"
    assert personae("reply", tmp_path / "talks.txt", "--model", "scripted", "--out", made) == 0
    assert personae("runs", "export", made, log) == 0
    assert "inspect view" in capsys.readouterr().err
    assert personae("runs", "export", made, log) == 2
    assert "--force" in capsys.readouterr().err
    assert personae("runs", "import", log, "--out", back, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"out": str(back), "samples": 1}
    assert (back / "samples.jsonl").read_bytes() == (made / "samples.jsonl").read_bytes()
    assert personae("compare", made, back, "--metrics", "word-f1") == 0


def test_what_is_missing_or_no_log_is_one_sentence(tmp_path: Path, capsys):
    assert personae("runs", "export", tmp_path / "none", tmp_path / "log.json") == 1
    assert "There is no run here" in capsys.readouterr().err
    assert personae("runs", "import", tmp_path / "none.json", "--out", tmp_path / "run") == 1
    assert "Traceback" not in capsys.readouterr().err
    (tmp_path / "log.eval").write_bytes(b"PK nonsense")
    assert personae("runs", "import", tmp_path / "log.eval", "--out", tmp_path / "run") == 1
    assert "not a ZIP archive" in capsys.readouterr().err
