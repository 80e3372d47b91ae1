"""`personae role`: collecting, and marking by hand."""

from __future__ import annotations

import io
import json

import pytest

from personae.cli import app
from personae.formats.reading import read_dialogues
from personae.recipes import role_collection

ROW = {
    "id": "a", "labels": {"test_speaker": "char"},
    "turns": [
        {"speaker": "char", "text": "Hello."}, {"speaker": "user", "text": "Lunch?"},
        {"speaker": "char", "text": "I had soup."}, {"speaker": "user", "text": "Nice."},
    ],
}  # fmt: skip


@pytest.fixture
def role(capsys, monkeypatch):
    """Runs `personae role`, with what is typed."""

    def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as stopped:
            app.run(["role", *map(str, arguments)])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def dialogues(tmp_path):
    file = tmp_path / "d.jsonl"
    file.write_text("".join(json.dumps(ROW | {"id": name}) + "\n" for name in "ab"))
    return file


def labels_of(file):
    return [
        [turn.labels.get("out_of_bounds") for turn in one.turns]
        for one in read_dialogues(file, "dialogues")
    ]


def test_collected_dialogues_are_in_the_file_and_counted(role, tmp_path, monkeypatch):
    monkeypatch.setattr(role_collection, "USERS", ("Mr Abbot",))
    script, out = tmp_path / "s.yaml", tmp_path / "d.jsonl"
    lines = "\\nMr Abbot: Yes.\\nMarion: Well.\\nMr Abbot: So."
    script.write_text(f'- " I am {{seed}}.{lines}"\n')  # tries run side by side, in any order
    command = ("collect", "--out", out, "--n", "3", "--model", f"scripted:{script}", "--json")
    code, shown, _ = role(*command)
    assert code == 0
    found = json.loads(shown)
    assert (found["kept"], found["tried"], found["dropped"]) == (3, 3, {})
    assert len([*read_dialogues(out, "dialogues")]) == 3
    assert role(*command, "--seed", "1")[0] == 2


def test_what_is_typed_is_kept_and_the_next_run_goes_on(role, dialogues):
    code, out, err = role("filter", dialogues, "--json", typed="\nx i\nq\n")
    assert code == 0
    assert "> char: I had soup." in err
    assert "user: Lunch?" in err
    found = json.loads(out)
    assert found["in bounds"] == found["out of bounds"] == 1
    assert labels_of(found["file"]) == [[False, None, True]]
    code, out, err = role("filter", dialogues, typed="\n\n")
    assert "dialogue 2 of 2" in err
    assert "dialogue 1 of 2" not in err
    assert "All dialogues are decided." in err
    assert labels_of(found["file"]) == [[False, None, True], [False, None, False]]


def test_keys_undo_skip_show_rules_and_explain(role, dialogues):
    typed = "x\nu\nr\nwhat\nx 9\ns\nx 4\n"
    _, out, err = role("filter", dialogues, "--json", typed=typed)
    assert "Undone: out." in err
    assert "policy: I cannot visit" in err
    assert err.count("q: stop, all is kept") == 3
    file = json.loads(out)["file"]
    (only,) = read_dialogues(file, "dialogues")
    assert only.id == "b"
    assert only.turns[0].labels == {"out_of_bounds": True, "category": "policy"}


def test_a_missing_file_and_an_unknown_role_are_one_sentence(role, dialogues, tmp_path):
    assert role("filter", tmp_path / "none.jsonl")[0] == 1
    code, _, err = role("filter", dialogues, "--role", "phone-companio")
    assert code == 2
    assert "phone-companion" in err


def test_replies_are_judged_with_the_rule_that_they_come_near(role):
    code, out, _ = role("judge", "I had soup with my husband.", "Have you eaten?", "--json")
    assert code == 0
    found = json.loads(out)
    first, second = found["replies"]
    assert (first["out_of_bounds"], second["out_of_bounds"]) == (True, False)
    assert first["category"] == "identity"
    assert first["probability"] >= found["threshold"] > second["probability"]
    assert "I had soup" in role("judge", "I had soup with my husband.")[1]


def test_a_role_without_a_classifier_says_how_to_make_one(role, tmp_path):
    code, _, err = role("judge", "Hm", "--bounds", tmp_path / "none")
    assert code == 2
    assert "personae train role-bounds" in err
