"""The command line as a whole: exit codes, sentences, crash logs, pipes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from personae import __version__
from personae.cli import app
from personae.errors import BackendError, EnvironmentFault, InvalidOption
from personae.settings import load_settings

PERSONAE = [sys.executable, "-c", "from personae.cli import main; main()"]


@pytest.fixture
def call(capsys):
    """Runs a command in this process; returns exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(list(arguments))
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def failing(call, monkeypatch):
    """Runs `personae list` where it fails with the given exception."""

    def run(error: BaseException) -> tuple[int, str, str]:
        def fail(*_):
            raise error

        monkeypatch.setattr("personae.cli.commands.list_._wanted", fail)
        return call("list")

    return run


def test_the_version_and_the_help_are_shown(call):
    assert call("--version") == (0, f"{__version__}\n", "")
    code, out, _ = call("--help")
    assert code == 0
    assert "Start with `personae chat ana`" in out
    for command in ("ask", "chat", "list"):
        assert f"\n  {command} " in out


def _leaves(command: click.Command) -> list[click.Command]:
    """The command, or those below it, however deep."""
    below = getattr(command, "commands", None)
    return [leaf for one in below.values() for leaf in _leaves(one)] if below else [command]


def test_every_command_has_a_summary_and_json(call):
    group = app.CommandFolder(name="personae")
    context = click.Context(group)
    names = group.list_commands(context)
    assert {"ask", "chat", "list"} <= set(names)
    for name in names:
        assert app._summary(name).endswith((".", "…")), name
        command = group.get_command(context, name)
        for one in _leaves(command):
            options = [option for part in one.params for option in getattr(part, "opts", ())]
            assert "--json" in options, (name, one.name)


def test_no_arguments_show_the_help(call):
    code, out, err = call()
    assert code in (0, 2)
    assert "Usage: personae" in out + err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chta", "ana"], "There is no command named 'chta'. Did you mean 'chat'"),
        (["list", "metods"], "There is no kind named 'metods'. Did you mean 'methods'"),
        (["list", "--colour"], "--colour"),
        (["--colour"], "--colour"),
        (["ask"], "Missing argument"),
        (["ask", "ana", "hi", "--seed", "x"], "--seed"),
        (["ask", "ana", "hi", "--seed", "-1"], "--seed"),
    ],
)
def test_a_wrong_request_exits_with_two(call, arguments, said):
    code, out, err = call(*arguments)
    assert (code, out) == (2, "")
    assert said in " ".join(err.split())
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InvalidOption("No such thing."), 2),
        (BackendError("It is down.", failure="refused"), 1),
        (EnvironmentFault("No weights.", remedy="personae doctor"), 1),
        (FileNotFoundError(2, "No such file or directory", "x.json"), 1),
    ],
)
def test_an_expected_error_is_one_sentence(failing, error, code):
    status, out, err = failing(error)
    assert (status, out) == (code, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_an_error_shows_no_control_characters(failing):
    assert "\x1b" not in failing(InvalidOption("bad \x1b[2Jname"))[2]


def test_ctrl_c_exits_with_130(failing):
    assert failing(KeyboardInterrupt())[0] == 130


def test_a_bug_is_told_in_one_sentence_with_a_log(failing):
    code, out, err = failing(ZeroDivisionError("oops"))
    assert (code, out) == (1, "")
    (log,) = load_settings().state_dir.glob("crash-*.txt")
    assert err == (
        "error: personae failed unexpectedly (ZeroDivisionError: oops). "
        f"Please report it with {log}.\n"
    )
    assert "Traceback" in log.read_text()


def test_a_bug_is_told_where_no_log_can_be_written(failing, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("PERSONAE_HOME", str(tmp_path / "file"))
    code, _, err = failing(ZeroDivisionError("oops"))
    assert code == 1
    assert "PERSONAE_DEBUG=1" in err


def test_a_traceback_is_shown_when_asked_for(failing, monkeypatch):
    monkeypatch.setenv("PERSONAE_DEBUG", "1")
    assert "Traceback" in failing(InvalidOption("No."))[2]


def test_a_reader_that_leaves_is_no_error_message():
    with subprocess.Popen(
        [*PERSONAE, "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        err = process.stderr.read()
    assert process.returncode == 1
    assert err == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PERSONAE, "list", "--json"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert done.stderr.endswith("No space left on device.\n")
    assert done.stderr.count("\n") == 1


def test_what_the_terminal_cannot_show_is_replaced():
    done = subprocess.run(
        [*PERSONAE, "ask", "ana", "Olá, você", "--model", "scripted"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
