"""The inference model's recipe, as far as it goes without training."""

import subprocess

import pytest

from personae.errors import EnvironmentFault, PersonaeError
from personae.recipes import nli as module
from personae.recipes import training_scripts


def test_the_scripts_get_the_options(monkeypatch, tmp_path):
    called = []

    def run(command, **_):
        called.append(command)
        (tmp_path / "log.jsonl").write_text('{"step": 1}\n{"step": 2}\n')
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(training_scripts.subprocess, "run", run)
    made = module.nli(half="b", seed=3)(tmp_path, tmp_path, lambda *_: None, True)
    assert made.facts == {"step": 2}
    (command,) = called
    assert command[0].endswith("training/nli/make")
    assert "--resume" in command
    assert command[command.index("--half") + 1] == "b"


def test_a_training_that_fails_is_said_to_have_failed(monkeypatch, tmp_path):
    ended = subprocess.CompletedProcess([], 3)
    monkeypatch.setattr(training_scripts.subprocess, "run", lambda *_, **__: ended)
    with pytest.raises(PersonaeError, match="ended with 3"):
        module.nli()(tmp_path, tmp_path, lambda *_: None, True)


def test_without_a_checkout_the_remedy_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(training_scripts, "SCRIPTS", tmp_path / "none")
    with pytest.raises(EnvironmentFault, match="pip install -e"):
        module.nli()(tmp_path, tmp_path, lambda *_: None, True)


def test_the_script_takes_the_options_that_it_is_given():
    shown = subprocess.run(
        [str(training_scripts.SCRIPTS / "nli" / "make"), "--half", "b", "--number", "2000",
         "--seed", "3", "--minutes", "1e6", "--threads", "1", "--resume", "--dry-run"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "generate_pairs.py" in shown.stdout
    assert "--half b" in shown.stdout
