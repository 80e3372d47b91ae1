"""`personae reply`: a run from the command line, interrupted, resumed, refused."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from personae.cli.app import run
from personae.evaluate.record import read_run, read_samples

TALK = """1 your persona: I have two dogs.
2 your persona: I work at night.
3 Hi, how are you?\tTired, I worked all night.
4 Any pets?\tTwo dogs, and both snore.
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "talks.txt"
    file.write_text(TALK * 10)
    return file


def personae(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        run([str(word) for word in words])
    return caught.value.code


def reply(data: Path, out: Path, *more: object, model: str = "scripted") -> int:
    return personae("reply", data, "--model", model, "--out", out, *more)


def script(tmp_path: Path, text: str) -> str:
    file = tmp_path / "script.yaml"
    file.write_text(text)
    return f"scripted:{file}"


def test_a_run_answers_every_test_turn(data, tmp_path, capsys):
    out = tmp_path / "run"
    assert reply(data, out, "--format", "parlai", "--method", "plain", "--seed", 3, "--json") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out) == {
        "out": str(out), "method": "plain", "model": "scripted", "format": "parlai",
        "samples": 20, "replied": 20, "failed": 0, "resumed": 0, "interrupted": False,
    }  # fmt: skip
    assert "20/20" in captured.err
    samples = read_samples(out)
    assert [sample.reference for sample in samples[:2]] == [
        "Tired, I worked all night.",
        "Two dogs, and both snore.",
    ]
    assert all(sample.reply and sample.reference_tokens for sample in samples)
    record = read_run(out)
    assert (record["seed"], record["method"], record["data"]["format"]) == (3, "plain", "parlai")


def test_two_runs_of_one_seed_are_the_same_bytes(data, tmp_path):
    assert reply(data, tmp_path / "a", "--workers", 1) == 0
    assert reply(data, tmp_path / "b", "--workers", 7) == 0
    first, second = (tmp_path / name / "samples.jsonl" for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_data_are_also_found_below_the_data_folder(data, tmp_path, monkeypatch):
    monkeypatch.setenv("PERSONAE_DATA", str(tmp_path))
    monkeypatch.chdir(Path(__file__).parent)
    assert personae("reply", "talks.txt", "--model", "scripted", "--out", tmp_path / "run") == 0
    assert read_run(tmp_path / "run")["data"]["path"] == "talks.txt"


def test_other_settings_are_refused_unless_restarted(data, tmp_path, capsys):
    out = tmp_path / "run"
    assert reply(data, out, "--limit", 4) == 0
    assert reply(data, out, "--limit", 4, "--seed", 9) == 2
    assert "seed is 0 there and 9 now" in capsys.readouterr().err
    assert reply(data, out, "--limit", 4, "--seed", 9, "--restart") == 0
    assert read_run(out)["seed"] == 9


def test_changed_data_are_refused(data, tmp_path, capsys):
    out = tmp_path / "run"
    assert reply(data, out) == 0
    data.write_text(TALK * 10 + "5 More?\tMore.\n")
    assert reply(data, out) == 2
    assert "data sha256" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--method", "plane"], "Did you mean 'plain'"),
        (["--format", "parley"], "Did you mean 'parlai'"),
        (["--model", "skripted"], "no model named 'skripted'"),
        (["--option", "nonsense=1"], "no option 'nonsense'"),
        (["--limit", "0"], "limit"),
        (["--workers", "0"], "workers"),
    ],
)
def test_a_wrong_request_exits_2_and_writes_nothing(words, fault, data, tmp_path, capsys):
    assert reply(data, tmp_path / "run", *words) == 2
    assert fault in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_missing_data_are_one_sentence(tmp_path, capsys):
    assert reply(tmp_path / "none.txt", tmp_path / "run") == 1
    assert "There is no such file" in capsys.readouterr().err


def test_some_failures_are_told_and_all_failures_are_an_error(data, tmp_path, capsys):
    failing = script(tmp_path, "- {when: pets, error: timeout}\n- 'Yes.'\n")
    assert reply(data, tmp_path / "some", model=failing) == 0
    assert "10 of 20 replies failed" in capsys.readouterr().err
    assert sum(bool(sample.error) for sample in read_samples(tmp_path / "some")) == 10
    failing = script(tmp_path, "- {error: timeout}\n")
    assert reply(data, tmp_path / "all", model=failing) == 1
    assert "All 20 replies failed: talks-0:1: Reply 1 of the script" in capsys.readouterr().err


def test_a_server_that_is_down_stops_the_run_with_one_sentence(data, tmp_path, capsys):
    down = script(tmp_path, "- {error: refused}\n")
    assert reply(data, tmp_path / "run", "--workers", 2, model=down) == 1
    said = capsys.readouterr().err
    assert "error: Stopped after 10 failures in a row: Reply 1 of the script" in said
    assert "Traceback" not in said


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_an_interrupt_says_how_to_resume_and_exits_130(data, tmp_path):
    data.write_text(TALK * 40)
    out = tmp_path / "run"
    slow = script(tmp_path, "delay_s: 0.01\nreplies: ['one two three four five {seed}']\n")
    words = ["reply", str(data), "--model", slow, "--out", str(out), "--workers", "2"]
    code = "from personae.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stderr=subprocess.PIPE, text=True
    )
    samples = out / "samples.jsonl"
    while process.poll() is None and not (samples.exists() and samples.stat().st_size):
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "Interrupted: " in said
    assert "The same command goes on from there." in said
    assert "Traceback" not in said
    assert 0 < len(read_samples(out)) < 80
    assert personae(*words) == 0
    assert len(read_samples(out)) == 80
    assert reply(data, tmp_path / "undisturbed", model=slow) == 0
    assert samples.read_bytes() == (tmp_path / "undisturbed" / "samples.jsonl").read_bytes()


def test_a_file_is_no_folder_for_a_run(data, tmp_path, capsys):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    with pytest.raises(SystemExit) as stopped:
        run(["reply", str(data), "--out", str(taken), "--model", "scripted"])
    assert stopped.value.code == 2
    assert (
        capsys.readouterr().err
        == f"error: {taken} is a file. Name a folder for the run with --out.\n"
    )
    assert taken.read_text() == "mine"
