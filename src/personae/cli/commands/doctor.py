"""What is here, what is missing, and the one command that mends it."""

from __future__ import annotations

import importlib.util
import os
import platform
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import typer

from personae.cli.output import print_json, print_table
from personae.errors import EnvironmentFault, PersonaeError

app = typer.Typer(add_completion=False)

State = Literal["ok", "missing", "optional"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `remedy` is a command, where there is one."""

    what: str
    state: State
    detail: str
    remedy: str = ""


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at this machine; exit 1 when something that personae needs is missing."""
    findings = [look() for look in _LOOKS]
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        print_table(
            ("", "what", "found", "mend with"),
            [(_MARKS[f.state], f.what, f.detail, f.remedy) for f in findings],
        )
    missing = [finding.what for finding in findings if finding.state == "missing"]
    if missing:
        raise EnvironmentFault(f"Missing: {', '.join(missing)}.")


_MARKS: dict[State, str] = {"ok": "✓", "missing": "✗", "optional": "–"}


def _python() -> Finding:
    return Finding("Python", "ok", f"{platform.python_version()} at {sys.executable}")


def _engine() -> Finding:
    if importlib.util.find_spec("xllamacpp") is None:
        return Finding("engine", "missing", "xllamacpp is not here", "pip install xllamacpp")
    from importlib.metadata import version

    return Finding("engine", "ok", f"xllamacpp {version('xllamacpp')}")


def _weights() -> Finding:
    from personae.lm.weights import INSTALL_COMMAND, find_weights

    found = find_weights()
    if found is None:
        return Finding("weights", "missing", "no embedded model", INSTALL_COMMAND)
    return Finding("weights", "ok", str(found))


def _embedder() -> Finding:
    from personae.encoders.embedder import open_embedder

    try:
        embedder = open_embedder()
    except PersonaeError as error:
        return Finding("embedder", "missing", str(error), "pip install --force-reinstall personae")
    return Finding("embedder", "ok", f"{embedder.name}, {embedder.dimensions} dimensions")


def _search() -> Finding:
    with sqlite3.connect(":memory:") as database:
        try:
            database.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        except sqlite3.OperationalError:
            return Finding(
                "full text", "missing", f"SQLite {sqlite3.sqlite_version} without FTS5",
                "install a Python whose sqlite3 has FTS5",
            )  # fmt: skip
    return Finding("full text", "ok", f"SQLite {sqlite3.sqlite_version} with FTS5")


def _home() -> Finding:
    from personae.settings import load_settings

    folder = load_settings().data_dir
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not os.access(nearest, os.W_OK):
        return Finding(
            "data folder", "missing", f"{folder} cannot be written",
            "export PERSONAE_HOME=/a/folder/of/yours",
        )  # fmt: skip
    return Finding("data folder", "ok", str(folder))


def _datasets() -> Finding:
    from personae.settings import load_settings

    folder = load_settings().datasets_dir
    if folder.is_dir():
        return Finding("data sets", "ok", str(folder.resolve()))
    return Finding(
        "data sets", "optional", f"{folder} is not there", "export PERSONAE_DATA=/your/data"
    )


def _transformers() -> Finding:
    missing = [n for n in ("torch", "transformers") if importlib.util.find_spec(n) is None]
    if missing:
        return Finding(
            "hf: models", "optional", f"without {' and '.join(missing)}",
            "pip install 'personae[hf]' torch==2.13.0",
        )  # fmt: skip
    return Finding("hf: models", "ok", "torch and transformers are here")


def _endpoint() -> Finding:
    url = os.environ.get("OPENAI_BASE_URL", "")
    if url or os.environ.get("OPENAI_API_KEY"):
        return Finding("openai: models", "ok", url or "https://api.openai.com/v1")
    return Finding(
        "openai: models", "optional", "no endpoint named", "export OPENAI_BASE_URL=http://…/v1"
    )


_LOOKS: tuple[Callable[[], Finding], ...] = (
    _python, _engine, _weights, _embedder, _search, _home, _datasets, _transformers, _endpoint,
)  # fmt: skip
