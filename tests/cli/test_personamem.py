"""Tests of `personae data make personamem` and `personae evaluate personamem`."""

from __future__ import annotations

import json

import pytest

from personae.cli.app import run


def personae(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        run([str(word) for word in words])
    return caught.value.code or 0


def test_files_are_made_once_and_evaluated(tmp_path, capsys):
    words = ("data", "make", "personamem", "--people", 4, "--out", tmp_path / "made", "--json")
    assert personae(*words) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["users"] == 4
    assert personae(*words) == 2
    assert "--force" in capsys.readouterr().err
    assert personae(
        "evaluate", "personamem", "--data", tmp_path / "made", "--model", "scripted", "--limit", 6,
        "--memory", "none,oracle", "--out", tmp_path / "runs", "--json",
    ) == 0  # fmt: skip
    found = json.loads(capsys.readouterr().out)
    none, oracle = found["metrics"]["choice-accuracy"]
    assert none["n"] == oracle["n"] == 6
    assert "difference" in oracle
    assert set(found["by"]) == {"type", "distance"}


def test_looking_only_asks_no_model_and_writes_nothing(tmp_path, capsys):
    words = ("--people", 1, "--memory", "words", "--no-answers", "--out", tmp_path / "runs")
    assert personae("evaluate", "personamem", *words) == 0
    shown = capsys.readouterr().out
    assert "evidence-found-5 by distance" in shown
    assert not (tmp_path / "runs").exists()


def test_bad_words_get_one_sentence(tmp_path, capsys):
    assert personae("evaluate", "personamem", "--memory", "lost", "--out", tmp_path) == 2
    assert "There is no memory 'lost'" in capsys.readouterr().err
    topics = tmp_path / "topics.txt"
    topics.write_text("nothing")
    words = ("--topics", topics, "--out", tmp_path / "made")
    assert personae("data", "make", "personamem", *words) == 1
    assert "line 1" in capsys.readouterr().err
