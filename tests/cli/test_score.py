"""`personae score`: tables, JSON, several runs, failures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from personae.cli.app import run
from personae.data import Persona, Sample, Scene

GOLD = ["i like dogs", "we went home", "what do you do", "fine thanks"]


def write_run(folder: Path, replies: list[str], errors: int = 0, asked: int = 4) -> Path:
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"method": "plain", "samples": asked}))
    scene = Scene(persona=Persona(name="Ana"))
    samples = [
        Sample(id=f"s{at}", scene=scene, reference=gold, reply=text,
               reference_log_likelihood=-3.0, reference_tokens=2)
        for at, (gold, text) in enumerate(zip(GOLD, replies, strict=False))
    ] + [
        Sample(id=f"f{at}", scene=scene, reference="yes", error="[bold] It took too long.")
        for at in range(errors)
    ]  # fmt: skip
    (folder / "samples.jsonl").write_text("".join(f"{s.to_json()}\n" for s in samples))
    return folder


def score(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        run(["score", *(str(word) for word in words)])
    return caught.value.code


def test_one_run_is_a_table_with_intervals(tmp_path, capsys):
    folder = write_run(tmp_path / "plain", [*GOLD[:3], "no"])
    assert score(folder) == 0
    shown = capsys.readouterr().out
    assert "word-f1 ↑ (0–1)" in shown
    assert "0.7500 [0.2500, 1.0000]" in shown
    assert "perplexity ↓ (per token)" in shown
    assert "4.482 [4.482, 4.482]" in shown
    assert "bleu: nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:" in shown
    assert "plain: 4 samples, 0 failed." in shown


def test_two_runs_are_compared_with_the_first(tmp_path, capsys):
    first = write_run(tmp_path / "plain", ["no"] * 4)
    second = write_run(tmp_path / "better", GOLD)
    assert score(first, second, "--metrics", "word-f1,length") == 0
    shown = capsys.readouterr().out
    assert "plain" in shown
    assert "better" in shown
    assert "+1.0000 [+1.0000, +1.0000]" in shown
    assert "bleu" not in shown


def test_runs_of_one_name_are_told_apart_by_their_path(tmp_path, capsys):
    folders = [write_run(tmp_path / name / "run", GOLD) for name in "ab"]
    assert score(*folders, "--metrics", "length") == 0
    assert f"{folders[1]}: 4 samples" in capsys.readouterr().out


def test_json_has_all_and_is_also_written(tmp_path, capsys):
    folder = write_run(tmp_path / "plain", GOLD[:3], errors=1)
    assert score(folder, "--metrics", "word-f1,distinct-2", "--json", "--seed", 4) == 0
    value = json.loads(capsys.readouterr().out)
    (figure,) = value["metrics"]["word-f1"]
    assert (figure["value"], figure["n"], value["seed"]) == (1.0, 3, 4)
    assert value["runs"][0]["failed"] == [{"id": "f0", "error": "[bold] It took too long."}]
    written = json.loads((folder / "scores.json").read_text())
    assert written["metrics"] == value["metrics"]


def test_failures_are_counted_and_listed(tmp_path, capsys):
    folder = write_run(tmp_path / "plain", GOLD[:2], errors=12, asked=20)
    assert score(folder, "--metrics", "word-f1") == 0
    shown = capsys.readouterr().out
    assert "plain: 14 samples of 20 (the run is not finished), 12 failed:" in shown
    assert "  f9: [bold] It took too long." in shown
    assert "f10" not in shown
    assert "and 2 more" in shown


def test_options_are_given_by_metric(tmp_path, capsys):
    folder = write_run(tmp_path / "plain", GOLD)
    assert score(folder, "--metrics", "bleu", "--option", "bleu.lowercase=true") == 0
    assert "case:lc" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "code", "fault"),
    [
        (["--metrics", "blue"], 2, "Did you mean 'bleu'"),
        (["--option", "bleu"], 2, "name=value"),
        (["--option", "bleu.order=4"], 2, "no option 'order'"),
    ],
)
def test_a_wrong_request_exits_2(words, code, fault, tmp_path, capsys):
    folder = write_run(tmp_path / "plain", GOLD)
    assert score(folder, *words) == code
    assert fault in capsys.readouterr().err
    assert not (folder / "scores.json").exists()


def test_a_folder_without_a_run_is_one_sentence(tmp_path, capsys):
    assert score(tmp_path) == 1
    assert "There is no run here" in capsys.readouterr().err


def test_a_run_whose_folder_cannot_be_written_is_scored_all_the_same(tmp_path, capsys, monkeypatch):
    folder = write_run(tmp_path / "plain", GOLD)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "scores.json")

    monkeypatch.setattr("personae.evaluate.score.write_json", full)
    assert score(folder, "--metrics", "word-f1") == 1
    shown = capsys.readouterr()
    assert "1.0000" in shown.out
    assert "No space left on device" in shown.err
