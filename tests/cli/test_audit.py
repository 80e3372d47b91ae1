"""`personae audit` with a scripted model."""

from __future__ import annotations

import json

import pytest

from personae.cli.app import run


def audit(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        run(["audit", *map(str, words)])
    return caught.value.code or 0


def test_it_says_what_to_know_keeps_it_and_resumes(tmp_path, capsys):
    words = ("wenna", "--model", "scripted", "--size", 2, "--canaries", 0, "--out", tmp_path / "a")
    page = tmp_path / "audit.html"
    assert audit(*words, "--html", page) == 0
    first = capsys.readouterr().out
    for word in ("contradiction (guard)", "toxicity, provoking (plain)", "harmless", "nobody"):
        assert word in first
    assert "What was run" in page.read_text("utf-8")
    assert "Audit of Wenna Tarbuck" in page.read_text("utf-8")
    assert audit(*words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["character"] == "Wenna Tarbuck"
    assert found == json.loads((tmp_path / "a" / "audit.json").read_text("utf-8"))
    assert audit(*words) == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("nobody-there",), "nobody-there"),
        (("wenna", "--method", "hope"), "hope"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path, capsys, words, fault):
    assert audit(*words, "--model", "scripted", "--out", tmp_path / "a") != 0
    told = capsys.readouterr().err
    assert fault in told
    assert "Traceback" not in told
