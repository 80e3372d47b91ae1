"""`personae rerun`: a run made again from its record, and what is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from personae.cli.app import run
from personae.evaluate.record import read_run

TALK = """1 your persona: I have two dogs.
2 your persona: I work at night.
3 Hi, how are you?\tTired, I worked all night.
4 Any pets?\tTwo dogs, and both snore.
"""


@pytest.fixture
def replied(tmp_path: Path) -> Path:
    """A run of `personae reply` over 20 turns, 6 of them asked."""
    data = tmp_path / "talks.txt"
    data.write_text(TALK * 10)
    assert personae(
        "reply", data, "--model", "scripted", "--method", "plain", "--option", "temperature=0.7",
        "--limit", 6, "--seed", 3, "--out", tmp_path / "run",
    ) == 0  # fmt: skip
    return tmp_path / "run"


def personae(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        run([str(word) for word in words])
    return caught.value.code or 0


def change(folder: Path, **values: object) -> None:
    file = folder / "run.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **values}))


def test_a_reply_run_comes_out_the_same_to_the_byte(replied, tmp_path, capsys):
    assert personae("rerun", replied, "--out", tmp_path / "again") == 0
    assert "6 of 6 samples are the same to the byte" in capsys.readouterr().out
    first, second = (folder / "samples.jsonl" for folder in (replied, tmp_path / "again"))
    assert first.read_bytes() == second.read_bytes()
    record = read_run(tmp_path / "again")
    assert (record["seed"], record["limit"], record["options"]) == (3, 6, {"temperature": 0.7})


def test_what_differs_is_named(replied, tmp_path, capsys):
    samples = replied / "samples.jsonl"
    lines = [json.loads(line) for line in samples.read_text().splitlines()]
    lines[0]["reply"] = "Something else."
    lines[1]["record"]["note"] = "of another version"
    kept = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines[:-1])
    samples.write_text(kept)
    assert personae("rerun", replied, "--out", tmp_path / "again", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["samples"], found["same"], found["same_reply"]) == (6, 3, 4)
    assert found["different"] == [lines[0]["id"], lines[1]["id"]]
    assert found["missing"] == [lines[-1]["id"]]


def test_a_half_written_run_is_made_whole_and_stays_as_it_was(replied, tmp_path, capsys):
    torn = (replied / "samples.jsonl").read_bytes()[:-40]
    (replied / "samples.jsonl").write_bytes(torn)
    assert personae("rerun", replied, "--out", tmp_path / "again") == 0
    shown = capsys.readouterr().out
    assert "5 of 6 samples are the same to the byte" in shown
    assert "1 are in one run only" in shown
    assert (replied / "samples.jsonl").read_bytes() == torn


def test_changed_data_are_refused_and_moved_data_are_found(replied, tmp_path, capsys):
    data, moved = tmp_path / "talks.txt", tmp_path / "elsewhere" / "talks.txt"
    moved.parent.mkdir()
    shutil.copy(data, moved)
    data.write_text(TALK * 11)
    assert personae("rerun", replied, "--out", tmp_path / "again") == 2
    assert "the data sha256 was" in capsys.readouterr().err
    assert not (tmp_path / "again").exists()
    assert personae("rerun", replied, "--out", tmp_path / "again", "--data", moved) == 0
    assert "6 of 6" in capsys.readouterr().out


def test_another_model_is_refused(replied, tmp_path, capsys):
    script = tmp_path / "script.yaml"
    script.write_text("[Hello.]")
    code = personae("rerun", replied, "--out", tmp_path / "again", "--model", f"scripted:{script}")
    assert code == 2
    assert "the fingerprint of the model was" in capsys.readouterr().err
    assert not (tmp_path / "again").exists()


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"model": None}, "not enough to make the run again: model"),
        ({"seed": "3"}, "seed"),
        ({"options": {"api_key": "(secret)"}}, "was kept secret"),
        ({"method": "plane"}, "Did you mean 'plain'"),
        ({"data": {"path": "x", "sha256": "y", "format": "focus-turns"}}, "no reader here knows"),
        ({"benchmark": {"name": "lodness", "version": "1"}}, "no benchmark named 'lodness'"),
    ],
)
def test_a_record_that_is_not_enough_is_one_sentence(changes, fault, replied, tmp_path, capsys):
    change(replied, **changes)
    assert personae("rerun", replied, "--out", tmp_path / "again") in (1, 2)
    told = capsys.readouterr().err
    assert fault in told
    assert "Traceback" not in told


def test_a_run_is_not_made_into_itself(replied, capsys):
    assert personae("rerun", replied, "--out", replied) == 2
    assert "is the run itself" in capsys.readouterr().err


def test_another_version_of_personae_is_said(replied, tmp_path, capsys):
    change(replied, personae="0.0.1")
    assert personae("rerun", replied, "--out", tmp_path / "again") == 0
    assert "made by personae 0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["plain", "no-persona", "baseline-random"])
@pytest.mark.usefixtures("extension")
def test_each_run_of_a_benchmark_comes_out_the_same(folder, tmp_path, capsys):
    assert personae(
        "bench", "acme/loudness", "--model", "scripted", "--out", tmp_path, "--no-persona",
        "-o", "count=5", "--limit", 4, "--seed", 2,
    ) == 0  # fmt: skip
    capsys.readouterr()
    assert personae("rerun", tmp_path / folder, "--out", tmp_path / "again") == 0
    assert "4 of 4 samples are the same to the byte" in capsys.readouterr().out
    assert read_run(tmp_path / "again")["benchmark"] == read_run(tmp_path / folder)["benchmark"]


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"benchmark": {"name": "acme/loudness", "version": "0"}}, "the version of the benchmark"),
        ({"data": {"path": "", "sha256": "0", "format": "benchmark"}}, "sha256 of the questions"),
        ({"method": "baseline:oracle"}, "no baseline named 'oracle'"),
    ],
)
@pytest.mark.usefixtures("extension")
def test_a_changed_benchmark_is_refused(changes, fault, tmp_path, capsys):
    assert personae("bench", "acme/loudness", "--method", "", "--out", tmp_path) == 0
    change(tmp_path / "baseline-first", **changes)
    assert personae("rerun", tmp_path / "baseline-first", "--out", tmp_path / "again") == 2
    assert fault in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.embedded
def test_a_run_on_the_embedded_model_comes_out_the_same(tmp_path, capsys):
    data = tmp_path / "talks.txt"
    data.write_text(TALK)
    made = ("--model", "embedded", "--method", "plain", "--option", "max_tokens=12")
    assert personae("reply", data, *made, "--out", tmp_path / "run") == 0
    assert personae("rerun", tmp_path / "run", "--out", tmp_path / "again") == 0
    assert "2 of 2 samples are the same to the byte" in capsys.readouterr().out
