"""`personae evaluate judges`: a table by set, foils, and what --save keeps."""

from __future__ import annotations

import json

import pytest

from personae.cli import app
from personae.evaluate.judges import read_kept

ROWS = [
    {"context": f"hi {at} !\ndo you have pets ?\n", "fact": "your persona: i've two dogs.\n",
     "responses": [
         {"response": "yes , two big dogs and a cat", "model": "Original Ground Truth",
          "Overall": [5, 4, 5]},
         {"response": f"dogs {at}", "model": "Seq2Seq", "Overall": [3, 3, 2]},
         {"response": "no", "model": "KV-MemNN", "Overall": [1, 2, 1 + at % 2]},
     ]}
    for at in range(6)
]  # fmt: skip


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "usr-personachat"
    folder.mkdir()
    (folder / "pc_usr_data.json").write_text(json.dumps(ROWS), "utf-8")
    monkeypatch.setenv("PERSONAE_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "160")

    def invoke(*options: str) -> tuple[int, str, str]:
        arguments = ["evaluate", "judges", "--model", "scripted", "--work", str(tmp_path / "work")]
        with pytest.raises(SystemExit) as stopped:
            app.run([*arguments, *options])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return invoke


def test_measures_are_shown_beside_annotators_and_foils(run):
    code, out, _ = run("--metrics", "length,lm-judge")
    assert code == 0
    assert "usr-personachat: 18 replies of 3 systems to 6 contexts" in out
    for word in ("length", "lm-judge", "one annotator", "copied persona"):
        assert word in out


def test_json_and_the_saved_file_say_the_same(run, tmp_path):
    file = tmp_path / "kept.json"
    code, out, _ = run("--metrics", "length", "--no-foils", "--json", "--save", str(file))
    assert code == 0
    kept = json.loads(file.read_text("utf-8"))
    kept["agreement"].reverse()  # by set and name
    assert json.loads(out) == kept
    [length] = [row for row in read_kept(file).rows if row.metric == "length"]
    assert length.turn["spearman"].value > 0.8
    assert length.lm == ""
    assert "evaluate judges --model scripted" in read_kept(file).made_by


def test_a_limit_takes_the_first_contexts(run):
    _, out, _ = run("--metrics", "length", "--no-foils", "--limit", "2")
    assert "6 replies of 3 systems to 2 contexts" in out


def test_what_is_kept_is_measured_anew_on_request(run, tmp_path):
    run("--metrics", "length", "--no-foils")
    [file] = (tmp_path / "work" / "values").rglob("*.json")
    kept = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(kept | {"values": [1.0, 2.0, 3.0] * 6}), "utf-8")
    _, before, _ = run("--metrics", "length", "--no-foils", "--json")
    _, after, _ = run("--metrics", "length", "--no-foils", "--json", "--restart")
    assert json.loads(before)["agreement"] != json.loads(after)["agreement"]


def test_an_option_makes_another_measure_that_is_not_saved(run, tmp_path):
    _, words, _ = run("--metrics", "length", "--no-foils", "--json")
    more = ("--metrics", "length", "--no-foils", "--option", "length.unit=characters")
    _, characters, _ = run(*more, "--json")
    assert json.loads(words)["agreement"] != json.loads(characters)["agreement"]
    code, _, error = run(*more, "--save", str(tmp_path / "kept.json"))
    assert (code, "leave --option out" in error) == (2, True)


def test_an_unknown_metric_or_set_is_one_sentence(run):
    code, _, error = run("--metrics", "lengt")
    assert (code, "length" in error) == (2, True)
    code, _, error = run("--sets", "grade")
    assert (code, "grade-convai2" in error) == (2, True)
