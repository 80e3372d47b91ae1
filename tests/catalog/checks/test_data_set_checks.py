"""Tests of the checks of S027, S028, S042, S049, S071 and S100: they pass, and they can fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from personae.catalog.check import CheckContext, CheckFailed, CheckSkipped, load_check
from personae.formats import taskmaster

ON_OWN_FIXTURES = ("s027_personal_dialog", "s071_dailydialog", "s100_taskmaster")
ON_SHARED_DATA = {
    "s028_prodigy": "prodigy-characters",
    "s042_synthetic_persona_chat": "synthetic-persona-chat",
    "s049_xpersona": "xpersona",
    "s071_dailydialog": "dailydialog",
    "s100_taskmaster": "taskmaster",
}


def context(folder: Path) -> CheckContext:
    def unused():
        raise AssertionError("the reader's check needs no model")

    return CheckContext(lm=unused, embedder=unused, datasets_dir=folder)


@pytest.mark.parametrize("name", ON_OWN_FIXTURES)
def test_checks_on_own_fixtures_pass_without_shared_data(tmp_path, name):
    assert len(load_check(name)(context(tmp_path))) >= 3


@pytest.mark.parametrize(("name", "folder"), ON_SHARED_DATA.items())
def test_checks_on_shared_data_pass(dataset_dir, name, folder):
    evidence = load_check(name)(context(dataset_dir(folder).parent))
    assert evidence
    assert not any("not here" in line for line in evidence)


@pytest.mark.parametrize("name", set(ON_SHARED_DATA) - set(ON_OWN_FIXTURES))
def test_checks_without_their_data_are_skipped(tmp_path, name):
    with pytest.raises(CheckSkipped, match="PERSONAE_DATA"):
        load_check(name)(context(tmp_path))


def test_a_missing_character_fails_the_check(dataset_dir, tmp_path):
    characters = json.loads((dataset_dir("prodigy-characters") / "characters.json").read_bytes())
    characters.pop("u0")
    (tmp_path / "prodigy-characters").mkdir()
    (tmp_path / "prodigy-characters" / "characters.json").write_text(json.dumps(characters))
    with pytest.raises(CheckFailed, match="338 personas, not 339"):
        load_check("s028_prodigy")(context(tmp_path))


def test_a_lost_pair_fails_the_check(dataset_dir, tmp_path):
    (tmp_path / "xpersona").mkdir()
    for file in dataset_dir("xpersona").glob("*_test*.json"):
        items = json.loads(file.read_bytes())
        if file.name.startswith("It"):
            items[0]["dialogue"].pop()
        (tmp_path / "xpersona" / file.name).write_text(json.dumps(items))
    with pytest.raises(CheckFailed, match=r"It_.*\(140, 1095\)"):
        load_check("s049_xpersona")(context(tmp_path))


def test_a_fold_that_forgets_rejects_fails_the_check(tmp_path, monkeypatch):
    fold = taskmaster._fold

    def forgetful(values, annotation):
        if annotation.state != "reject":
            fold(values, annotation)

    monkeypatch.setattr(taskmaster, "_fold", forgetful)
    with pytest.raises(CheckFailed, match="accepted, then rejected"):
        load_check("s100_taskmaster")(context(tmp_path))
