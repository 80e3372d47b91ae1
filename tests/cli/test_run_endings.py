"""A run that was stopped, or that came to nothing, ends the command with what to know."""

from __future__ import annotations

import pytest
import typer

from personae.cli.run_endings import refuse_all_failed, refuse_interrupted
from personae.errors import PersonaeError
from personae.evaluate.types import RunState


def test_a_stopped_run_tells_what_is_there_without_what_failed(tmp_path, capsys):
    state = RunState(total=9, done=5, failed=2, resumed=0, interrupted=True)
    with pytest.raises(typer.Exit) as caught:
        refuse_interrupted(state, tmp_path)
    assert caught.value.exit_code == 130
    said = capsys.readouterr().err
    assert f"Interrupted: 3 of 9 answers are in {tmp_path}" in said
    assert "The same command goes on from there." in said


def test_a_run_in_which_all_failed_is_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr("personae.cli.run_endings.first_failure", lambda folder: "a-1: broken")
    with pytest.raises(PersonaeError, match="All 2 replies failed: a-1: broken"):
        refuse_all_failed(RunState(total=2, done=2, failed=2, resumed=0), tmp_path, "replies")


@pytest.mark.parametrize(("total", "failed"), [(0, 0), (2, 0), (2, 1)])
def test_a_run_in_which_some_came_goes_on(tmp_path, total, failed):
    state = RunState(total=total, done=total, failed=failed, resumed=0)
    refuse_interrupted(state, tmp_path)
    refuse_all_failed(state, tmp_path)
