"""List what there is: methods, metrics, formats, characters …, by kind."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from personae.cli.output import print_json, print_table
from personae.errors import UnknownEntry
from personae.registry import FOLDERS, entries

app = typer.Typer(add_completion=False)


@app.command()
def list_(
    kind: Annotated[str, typer.Argument(help="methods, metrics, formats, characters …")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the entries of one kind, or of all kinds."""
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
