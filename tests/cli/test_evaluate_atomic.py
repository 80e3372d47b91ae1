"""`personae evaluate atomic`: figures and sentences that are out of character."""

from __future__ import annotations

import json

import pytest

from personae.cli.app import run

ROWS = [
    {"response": "I love meeting new people. It is noon.", "generation": 0, "question": "Who?"},
    {"response": "I hide from people and hate parties.", "generation": 1, "question": "Who?"},
]


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "r.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return path


def called(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        run(["evaluate", "atomic", *arguments])
    return int(ended.value.code or 0)


def test_the_figures_and_the_strange_sentences_are_printed(file, capsys):
    assert called("--persona", "extraversive person:E:high", "--responses", str(file)) == 0
    out = capsys.readouterr().out
    assert "E:high" in out
    assert "Out of character: 1" in out
    assert "I hide from people and hate parties." in out
    assert "generation 1, Who?" in out


def test_json_has_every_sentence(file, capsys):
    assert called("--persona", "E:high", "--responses", str(file), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["judge"] == "classifier"
    assert told["figures"]["retest"] < 0
    atoms = [atom for response in told["responses"] for atom in response["atoms"]]
    assert [atom["out_of_character"] for atom in atoms] == [False, False, True]
    assert atoms[1]["score"] is None


def test_a_wrong_target_is_told_in_one_sentence(file, capsys):
    assert called("--persona", "E:loud", "--responses", str(file)) == 2
    assert "TRAIT:LEVEL" in capsys.readouterr().err
