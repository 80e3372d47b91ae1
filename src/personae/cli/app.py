"""The command group: finds commands by file name, turns errors into sentences and exit codes."""

from __future__ import annotations

import ast
import os
import sys
import traceback
from datetime import UTC, datetime
from importlib import import_module
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from personae.cli.output import plain
from personae.errors import PersonaeError

_COMMANDS = Path(__file__).parent / "commands"
_HELP = (
    "Makes a language model stay in character, and proves it.\n\n"
    "Start with `personae chat ana`, or `personae list characters`."
)


class CommandFolder(click.Group):
    """A group whose commands are the files of a folder, imported when called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(file.stem.strip("_") for file in _COMMANDS.glob("[a-z]*.py"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"personae.cli.commands.{_module_name(cmd_name)}")
        command: Any = module.app
        if not isinstance(command, click.Command):
            from typer.main import get_command

            command = get_command(module.app)
        command.name = cmd_name
        return command  # type: ignore[no-any-return]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx):
            from personae.errors import UnknownEntry

            raise UnknownEntry("command", name, self.list_commands(ctx), "See `personae --help`.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(name)) for name in self.list_commands(ctx)])


def run(arguments: list[str] | None = None) -> None:
    """Run the command line and exit: 0 done, 1 failed, 2 the request was wrong, 130 interrupted."""
    group = CommandFolder(
        name="personae",
        help=_HELP,
        context_settings={"help_option_names": ["-h", "--help"]},
        params=[
            click.Option(["--version"], is_flag=True, is_eager=True, callback=_show_version),
            click.Option(
                ["--store"],
                metavar="ADDRESS",
                expose_value=False,
                callback=_use_store,
                help="Where conversations and memories are kept: sqlite:PATH or "
                "postgresql://user@host/name (PERSONAE_STORE says it too).",
            ),
        ],
        no_args_is_help=True,
    )
    for stream in (sys.stdin, sys.stdout):
        # What is not UTF-8, or cannot be shown here, is replaced: never a traceback.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = group.main(args=arguments, prog_name="personae", standalone_mode=False)
    except Exception as error:  # noqa: BLE001 - the last handler: the user gets a sentence
        code = _report(error)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        code = 130
    _flush_and_exit(code if isinstance(code, int) else 0)


def _report(error: Exception) -> int:
    """Print an error as one sentence and return the exit code."""
    if os.environ.get("PERSONAE_DEBUG"):
        traceback.print_exception(error)
    if isinstance(error, PersonaeError):
        print(f"error: {plain(error)}", file=sys.stderr)
        return error.exit_code
    if _is_from_click(error, "Exit"):
        return int(getattr(error, "exit_code", 0))
    if _is_from_click(error, "Abort"):
        print("Interrupted.", file=sys.stderr)
        return 130
    if hasattr(error, "format_message"):
        usage = getattr(getattr(error, "ctx", None), "get_usage", lambda: "")()
        print(plain(f"{usage}\nerror: {error.format_message()}").lstrip(), file=sys.stderr)
        return 2
    if isinstance(error, BrokenPipeError):
        return 1
    if isinstance(error, OSError) and error.strerror:
        place = f" ({error.filename})" if error.filename else ""
        print(plain(f"error: {error.strerror}{place}."), file=sys.stderr)
        return 1
    log = _write_crash_log(error)
    print(
        f"error: personae failed unexpectedly ({type(error).__name__}: {plain(error)}). "
        f"Please report it with {log}.",
        file=sys.stderr,
    )
    return 1


def _is_from_click(error: Exception, name: str) -> bool:
    # Typer may carry its own copy of click: match by name, not by class.
    room = type(error).__module__.partition(".")[0]
    return type(error).__name__ == name and room in ("click", "typer")


def _write_crash_log(error: Exception) -> str:
    from personae.settings import load_settings

    text = "".join(traceback.format_exception(error))
    try:
        folder = load_settings().state_dir
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S}.txt"
        file.write_text(text, encoding="utf-8")
    except (OSError, PersonaeError):
        return "the output of the same command under PERSONAE_DEBUG=1"
    return str(file)


def _flush_and_exit(code: int) -> None:
    try:
        sys.stdout.flush()
    except OSError as error:
        # The reader of our pipe has left, or the disk is full; Python must not try again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = code or 1
        if not isinstance(error, BrokenPipeError):
            print(f"error: The output cannot be written: {error.strerror}.", file=sys.stderr)
    sys.exit(code)


def _use_store(_: click.Context, __: click.Parameter, address: str | None) -> None:
    if address:
        os.environ["PERSONAE_STORE"] = address  # where the settings, here and in workers, look


def _show_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from personae import __version__

        print(__version__)
        ctx.exit()


def _module_name(command: str) -> str:
    # Python keywords and builtins as file names get a trailing underscore.
    return command if (_COMMANDS / f"{command}.py").exists() else f"{command}_"


def _summary(command: str) -> str:
    file = _COMMANDS / f"{_module_name(command)}.py"
    docstring = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]
