"""`personae train`: what it would do, and how it refuses."""

import importlib.util
import json

import pytest

from personae.cli.app import run


@pytest.fixture
def train(capsys):
    def call(*words):
        with pytest.raises(SystemExit) as caught:
            run(["train", *map(str, words)])
        said = capsys.readouterr()
        return int(caught.value.code or 0), said.out, said.err

    return call


def test_a_dry_run_says_the_recipe_and_its_options_and_writes_nothing(train, tmp_path):
    code, out, _ = train("sbs", "--work", tmp_path / "w", "-o", "arm=plain", "--dry-run", "--json")
    assert code == 0
    plan = json.loads(out)
    assert plan["recipe"] == "score-before-speaking"
    assert plan["options"]["arm"] == "plain"
    assert plan["options"]["masked"] == "nouns"
    assert not (tmp_path / "w").exists()


def test_an_unknown_recipe_is_refused_with_the_nearest(train, tmp_path):
    code, _, err = train("score-before-speakin", "--work", tmp_path)
    assert code == 2
    assert "score-before-speaking" in err


@pytest.mark.skipif(importlib.util.find_spec("peft") is not None, reason="training is installed")
def test_without_the_extra_the_command_that_installs_it_is_named(train, tmp_path, dataset_dir):
    dataset_dir("synthetic-persona-chat")
    code, _, err = train("sbs", "--work", tmp_path)
    assert code == 1
    assert "personae[train]" in err
    assert "Traceback" not in err
