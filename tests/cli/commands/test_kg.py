"""`personae kg`: expand, build, show and convert, and what bad input is told."""

from __future__ import annotations

import json

import pytest

from personae.cli.app import run
from personae.commonsense.files import PEOPLE, people, read_graph
from personae.load import load_persona

CARD = "name: Ana\nstatements:\n  - I work as a nurse.\n  - My favorite color is green.\n"


@pytest.fixture
def kg(capsys):
    """Runs `personae kg` and gives its output; fails where it does."""

    def call(*words: str, code: int = 0) -> str:
        with pytest.raises(SystemExit) as stopped:
            run(["kg", *words])
        captured = capsys.readouterr()
        assert int(stopped.value.code or 0) == code, captured.err
        return captured.err if code else captured.out

    return call


@pytest.fixture
def card(tmp_path):
    file = tmp_path / "ana.yaml"
    file.write_text(CARD, encoding="utf-8")
    return str(file)


def test_expand_adds_facts_with_scores(card, tmp_path, kg):
    out = tmp_path / "more.yaml"
    words = ["expand", card, "--relations", "goal_plan,experience", "--k", "2", "--json"]
    rows = json.loads(kg(*words, "--out", str(out)))
    assert 1 < len(rows) <= 4
    assert {row["head"] for row in rows} == {"I am a nurse"}
    assert {row["statement"] for row in rows} == {"I work as a nurse."}
    assert all(0 < row["fits"] <= 1 for row in rows)
    assert [row["relation"].split("_rel")[0] for row in rows] == sorted(
        (row["relation"].split("_rel")[0] for row in rows), reverse=True
    )
    statements = load_persona(out).statements
    assert set(statements) == {*load_persona(card).statements, *(row["fact"] for row in rows)}


def test_build_writes_a_database_and_goes_on(tmp_path, kg):
    roles, out = tmp_path / "roles.txt", tmp_path / "own.db"
    roles.write_text("I am a fortune teller\n", encoding="utf-8")
    script = tmp_path / "script.yaml"
    script.write_text("replies: ['read cards at the fair.', 'gaze into a crystal ball.']\n")
    words = ["build", "--heads", str(roles), "--out", str(out), "--samples", "4", "--json"]
    words += ["--model", f"scripted:{script}"]
    first = json.loads(kg(*words))
    assert first["facts"] == len(read_graph(out).facts) > 0
    assert json.loads(kg(*words)) == first


def test_show_and_convert_agree(tmp_path, kg):
    target = tmp_path / "people.db"
    kg("convert", str(PEOPLE), str(target))
    assert sorted(read_graph(target).facts) == sorted(people().facts)
    assert len(json.loads(kg("show", "I am a nurse", "--graph", str(target), "--json"))) == 18
    assert len(json.loads(kg("show", "--json"))) == 145


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["show", "I am a nurze"], 2, "Did you mean 'I am a nurse'"),
        (["expand", "ana", "--relations", "goals"], 2, "no relation 'goals'"),
        (["convert", "nowhere.tsv", "x.db"], 1, "nowhere.tsv"),
        (["build", "--heads", "nowhere.txt", "--out", "x.db"], 1, "nowhere.txt"),
    ],
)
def test_bad_input_is_one_sentence(words, code, reason, kg, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert reason in " ".join(kg(*words, code=code).split())
