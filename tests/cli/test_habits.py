"""`personae habits`: induce, check, find."""

from __future__ import annotations

import json

import pytest

from personae import habits
from personae.cli import app
from personae.text.habits import write_habits


@pytest.fixture
def run(capsys):
    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["habits", *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return call


@pytest.fixture
def script(tmp_path):
    """A scripted model that writes a passage, then a habit."""
    text = write_habits([habits.everyday()[0]])
    file = tmp_path / "script.yaml"
    file.write_text(json.dumps({"replies": ["It goes well.", text]}))
    return f"scripted:{file}"


@pytest.fixture
def card(tmp_path):
    file = tmp_path / "kim.yaml"
    file.write_text("name: Kim\nstatements: [I have a dog., I have a cat.]\n")
    return str(file)


def test_induce_writes_a_file_and_goes_on_where_it_stopped(run, script, card, tmp_path):
    out = tmp_path / "kim.habits"
    code, told, _ = run(
        "induce", card, "--out", str(out), "--model", script, "--no-check", "--json"
    )
    assert code == 0
    made = habits.read_habits(out)
    assert [one.source for one in made] == ["I have a dog.", "I have a cat."]
    assert [row["attempts"] for row in json.loads(told)["induced"]] == [1, 1]
    code, told, _ = run(
        "induce", card, "--out", str(out), "--model", script, "--no-check", "--json"
    )
    assert json.loads(told) == {"file": str(out), "known": 2, "induced": []}


def test_check_tells_what_is_wrong_with_its_line(run, tmp_path):
    file = tmp_path / "bad.habits"
    file.write_text(":event I walk.\n:aims\n- I run.\n")
    code, _, err = run("check", str(file))
    assert code == 1
    assert "line 2" in err
    assert "':goals'" in err


def test_check_lists_the_habits(run):
    code, out, _ = run("check", str(habits.FILE), "--json")
    assert code == 0
    assert len(json.loads(out)) == len(habits.everyday())


def test_find_shows_the_habit_and_its_nearest_facts(run):
    code, out, _ = run("find", "Does your puppy like the park?", "--n", "2", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["habit"]["from"] == "I have a dog."
    assert len(found["facts"]) == 3
