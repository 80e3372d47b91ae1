"""List what there is: methods, metrics, formats, characters …, by kind."""

from __future__ import annotations

from typing import Any

import click

from personae.cli.output import print_json, print_table
from personae.errors import UnknownEntry
from personae.registry import FOLDERS, entries


@click.command("list", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("kind", default="")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def app(kind: str, as_json: bool) -> None:
    """List the entries of one kind (methods, metrics, formats, characters …), or of all kinds."""
    # Click and not Typer, which imports pydantic: a list should be there in a blink.
    rows: list[dict[str, Any]] = [
        {"kind": folder, "name": entry.name, "systems": list(entry.info.systems),
         "summary": entry.summary}
        for folder, singular in _wanted(kind).items()
        for entry in entries(singular).values()
    ]  # fmt: skip
    if kind in ("", "characters"):
        rows += _characters()
    if as_json:
        print_json(rows)
    else:
        print_table(
            ("kind", "name", "system", "what it is"),
            [(r["kind"], r["name"], " ".join(r["systems"]), r["summary"]) for r in rows],
        )


def _wanted(kind: str) -> dict[str, str]:
    by_folder = {folder: singular for singular, folder in FOLDERS.items()}
    if kind == "":
        return by_folder
    if kind == "characters":
        return {}
    if kind in by_folder:
        return {kind: by_folder[kind]}
    if kind in FOLDERS:
        return {FOLDERS[kind]: kind}
    raise UnknownEntry("kind", kind, [*by_folder, "characters"])


def _characters() -> list[dict[str, Any]]:
    from personae.characters import summaries

    return [
        {"kind": "characters", "name": name, "systems": [], "summary": summary}
        for name, summary in summaries().items()
    ]
