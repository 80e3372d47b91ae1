"""`personae tod`: matrices, single dialogues, published tables."""

from __future__ import annotations

import json

import pytest

from personae.cli import app


@pytest.fixture
def tod(capsys):
    """Runs `personae tod`."""

    def run(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["tod", *map(str, arguments)])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


def test_a_matrix_prints_both_tables_and_tau(tod, tmp_path):
    asked = ("matrix", "--nlu", "rule,noisy", "--nlg", "template,terse", "--dialogs", "8",
             "--out", tmp_path / "m")  # fmt: skip
    code, shown, _ = tod(*asked)
    assert code == 0
    for part in ("Systems, 8 dialogues each", "Modules alone", "act F1", "BLEU", "success"):
        assert part in shown
    code, shown, _ = tod(*asked, "--json")
    found = json.loads(shown)
    assert len(found["systems"]) == 4
    assert found["systems"][0]["dialogues"] == 8
    assert set(found["tau_over_systems"]) == {"nlu", "dst", "policy", "nlg"}


def test_one_dialogue_is_shown(tod):
    code, shown, _ = tod("show", "--goal", "3")
    assert code == 0
    assert "User: " in shown
    assert "System: " in shown
    assert "uccess in" in shown
    assert json.loads(tod("show", "--json")[1])["outcome"]["turns"] > 1


def test_published_tables_are_compared(tod):
    code, shown, _ = tod("published")
    assert code == 0
    assert shown.count("Inversion in") == 5
    found = json.loads(tod("published", "--json")[1])
    assert found["first"][0]["inversions"] == [["BERTNLU", "MILU"]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("matrix", "--nlu", "bert"), "no nlu module named 'bert'"),
        (("matrix", "--nlu", ""), "at least one module for nlu"),
        (("matrix", "--domain", "nowhere.yaml"), "There is no such file"),
        (("matrix", "--nlu", "noisy:3"), "no share from 0 to 1"),
        (("published", "nowhere.yaml"), "There is no such file"),
    ],
)
def test_bad_requests_get_one_sentence(tod, arguments, message):
    code, _, seen = tod(*arguments)
    assert code in (1, 2)
    assert message in seen
