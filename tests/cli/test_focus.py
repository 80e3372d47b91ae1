"""`personae data make focus` and `personae evaluate focus`."""

from __future__ import annotations

import json

import pytest

from personae.cli import app, opening


@pytest.fixture
def personae(capsys, monkeypatch, word_embedder):
    monkeypatch.setattr(opening, "embedder_for", lambda entry: word_embedder)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(list(arguments))
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


def test_data_are_made_and_measured(personae, tmp_path):
    out = tmp_path / "focus.json"
    code, _, err = personae("data", "make", "focus", "--n", "3", "--out", str(out))
    assert code == 0
    assert "3 dialogues about 30 articles" in err
    code, told, _ = personae(
        "evaluate", "focus", "--data", str(out), "--systems", "oracle,tfidf", "--json"
    )
    found = json.loads(told)
    assert code == 0
    assert found["turns"] >= 15
    oracle, tfidf = found["systems"]
    assert oracle["kg"] == oracle["pg"] == 1
    assert tfidf["kg"] < 1


def test_answers_are_written_by_each_way(personae, tmp_path):
    code, told, _ = personae(
        "evaluate", "focus", "--systems", "oracle", "--limit", "4", "--answers", "2",
        "--model", "scripted", "--json",
    )  # fmt: skip
    assert code == 0
    assert list(json.loads(told)["answers"]) == [
        "from nothing", "from tfidf", "from cosine", "from info",
    ]  # fmt: skip


def test_a_file_is_not_replaced_unless_asked_for(personae, tmp_path):
    out = tmp_path / "focus.json"
    out.write_text("mine")
    code, _, err = personae("data", "make", "focus", "--n", "1", "--out", str(out))
    assert code == 2
    assert "--force" in err
    assert out.read_text() == "mine"


def test_an_unknown_system_or_split_is_refused(personae, tmp_path):
    assert personae("evaluate", "focus", "--systems", "bm25")[0] == 2
    out = str(tmp_path / "a.json")
    code, _, err = personae("data", "make", "focus", "--split", "dev", "--out", out)
    assert code == 2
    assert "no split 'dev'" in err
