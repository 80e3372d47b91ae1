"""What is here, what is missing, and the one command that mends it."""

from __future__ import annotations

import importlib
import importlib.util
import os
import platform
import re
import shlex
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

import typer

from personae.cli.output import print_json, print_table
from personae.errors import EnvironmentFault, FormatError, InvalidOption, PersonaeError, StoreError

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
    packages, settings = _packages(), _settings()
    findings = [_python(), packages, settings]
    findings += [look() for look in _LOOKS] if settings.state == packages.state == "ok" else []
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
_PIP = f"{shlex.quote(sys.executable)} -m pip"
_OTHER_HOME = "export PERSONAE_HOME=/a/folder/of/yours"


def _python() -> Finding:
    return Finding("Python", "ok", f"{platform.python_version()} at {sys.executable}")


def _packages() -> Finding:
    """Whether the packages that personae declares are installed, and the engine in its version."""
    from importlib.metadata import PackageNotFoundError, requires, version

    wrong: dict[str, str] = {}
    needed = [line for line in requires("personae") or () if "extra ==" not in line]
    for requirement in needed:
        name, pinned = re.split(r"[<>=!~;\[ ]", requirement)[0], requirement.partition("==")[2]
        try:
            if pinned not in ("", version(name)):
                wrong[requirement] = f"{name} {version(name)} instead of {pinned}"
        except PackageNotFoundError:
            wrong[requirement] = f"no {name}"
    if wrong:
        mend = f"{_PIP} install {shlex.join(wrong)}"
        return Finding("packages", "missing", ", ".join(wrong.values()), mend)
    return Finding("packages", "ok", f"all {len(needed)} that personae needs")


def _settings() -> Finding:
    from personae.settings import load_settings

    try:
        settings = load_settings()
    except InvalidOption as error:
        return Finding("settings", "missing", str(error), _OTHER_HOME)
    except FormatError as error:
        file = shlex.quote(str(error.file))
        return Finding("settings", "missing", str(error), f"mv {file} {file}.aside")
    return Finding("settings", "ok", f"model {settings.model}, method {settings.method}")


def _engine() -> Finding:
    """Whether llama.cpp can be loaded: a wheel for another processor or C library is no use."""
    from importlib.metadata import version

    try:
        importlib.import_module("xllamacpp")
    except (ImportError, OSError) as error:
        mend = f"{_PIP} install --force-reinstall xllamacpp=={version('xllamacpp')}"
        return Finding("engine", "missing", f"xllamacpp cannot be loaded: {error}", mend)
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
        return Finding("embedder", "missing", _without_remedy(error), _restore_weights())
    return Finding("embedder", "ok", f"{embedder.name}, {embedder.dimensions} dimensions")


def _inference() -> Finding:
    from personae.encoders.nli import open_nli

    try:
        nli = open_nli()
    except PersonaeError as error:
        return Finding("inference", "missing", _without_remedy(error), _restore_weights())
    return Finding("inference", "ok", nli.name)


def _without_remedy(error: PersonaeError) -> str:
    return str(error).removesuffix(f" Run: {getattr(error, 'remedy', '')}")


def _restore_weights() -> str:
    """The command that brings back the model files that come with personae."""
    import personae

    package = Path(personae.__file__).parent
    root = package.parents[1]
    if (root / ".git").exists():
        weights = package.relative_to(root) / "encoders" / "weights"
        return f"git -C {shlex.quote(str(root))} checkout -- {weights}"
    return f"{_PIP} install --force-reinstall --no-deps personae"


def _search() -> Finding:
    with sqlite3.connect(":memory:") as database:
        try:
            database.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        except sqlite3.OperationalError:
            return Finding(
                "full text", "missing", f"SQLite {sqlite3.sqlite_version} without FTS5",
                f"install a Python whose sqlite3 has FTS5 (this is {sys.executable})",
            )  # fmt: skip
    return Finding("full text", "ok", f"SQLite {sqlite3.sqlite_version} with FTS5")


def _home() -> Finding:
    from personae.settings import load_settings

    folder = load_settings().data_dir
    nearest = next(place for place in (folder, *folder.parents) if place.exists())
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        return Finding("data folder", "missing", f"{folder} cannot be written", _OTHER_HOME)
    return Finding("data folder", "ok", str(folder))


def _conversations() -> Finding:
    from personae.settings import load_settings
    from personae.store.opening import open_address

    settings = load_settings()
    if not settings.store and not settings.database.exists():
        return Finding("conversations", "ok", "none yet")
    try:
        with open_address(settings.store_address) as store:
            faults, count, where = store.problems(), len(store.list_sessions()), store.where
    except (StoreError, EnvironmentFault) as error:
        remedy = "unset PERSONAE_STORE" if settings.store else _OTHER_HOME
        return Finding("conversations", "missing", str(error), remedy)
    if faults:
        found = f"{where} is damaged: {faults[0]}"
        file = shlex.quote(where)
        remedy = "restore a backup" if settings.store else f"sqlite3 {file} .recover"
        return Finding("conversations", "missing", found, remedy)
    return Finding("conversations", "ok", f"{count} in {where}")


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
            f"{_PIP} install torch==2.13.0 'transformers>=5,<6' gguf accelerate",
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
    _engine, _weights, _embedder, _inference, _search, _home, _conversations, _datasets,
    _transformers, _endpoint,
)  # fmt: skip
