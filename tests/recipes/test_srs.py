"""The ranker's recipe, as far as it goes without training."""

import subprocess

import pytest

from personae.errors import PersonaeError
from personae.recipes import srs as module
from personae.recipes import training_scripts


def test_the_scripts_get_the_options_and_the_embedder_lies_beside(monkeypatch, tmp_path):
    called = []

    def run(command, **_):
        called.append(command)
        for name in ("bare", "tuned"):
            (tmp_path / name).mkdir()
            (tmp_path / name / "log.jsonl").write_text('{"p@1": 0.1}\n{"p@1": 0.5}\n')
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(training_scripts.subprocess, "run", run)
    made = module.srs(seed=3, prompt_minutes=2)(tmp_path, tmp_path, lambda *_: None, True)
    assert made.facts == {"bare": {"p@1": 0.5}, "tuned": {"p@1": 0.5}}
    (command,) = called
    assert command[0].endswith("training/ranking/make")
    assert command[command.index("--prompt-minutes") + 1] == "2"
    assert (made.folder.parent / "minilm_int8" / "model.onnx").is_file()


def test_a_training_that_fails_is_said_to_have_failed(monkeypatch, tmp_path):
    ended = subprocess.CompletedProcess([], 3)
    monkeypatch.setattr(training_scripts.subprocess, "run", lambda *_, **__: ended)
    with pytest.raises(PersonaeError, match="ended with 3"):
        module.srs()(tmp_path, tmp_path, lambda *_: None, True)


def test_the_script_takes_the_options_that_it_is_given():
    shown = subprocess.run(
        [str(training_scripts.SCRIPTS / "ranking" / "make"), "--number", "200", "--seed", "3",
         "--minutes", "1e6", "--prompt-minutes", "7", "--threads", "1", "--resume", "--dry-run"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "lists.py" in shown.stdout
    assert "--minutes 7" in shown.stdout
