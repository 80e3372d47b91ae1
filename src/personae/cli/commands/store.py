"""The store as a whole: info, verify, reindex, compact, migrate.

`personae --store ADDRESS store info` looks at another store than the usual one.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.opening import open_default_store
from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from personae.store.moving import Content

app = typer.Typer(add_completion=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def store() -> None:
    """Look at, check, and move the store of conversations and memories."""


@app.command()
def info(as_json: AsJson = False) -> None:
    """Show where the store is, how large it is, and what it holds, with a hash of each table."""
    from personae.store.moving import contents

    with open_default_store() as opened:
        database = opened.database
        found, size = contents(database), database.size_bytes()
    if as_json:
        tables = {name: asdict(content) for name, content in found.items()}
        print_json({"store": opened.where, "bytes": size, "tables": tables})
        return
    _print(found)
    stderr().print(f"{opened.where}, {size / 1e6:,.1f} MB", markup=False)


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Check that the store is whole; exits with 1 where it is not."""
    from personae.store.verifying import faults

    with open_default_store() as opened:
        found = faults(opened.database)
    if as_json:
        print_json({"store": opened.where, "faults": list(found)})
    else:
        print_table(("fault",), [(one,) for one in found])
        stderr().print(f"{opened.where}: {len(found) or 'no'} faults.", markup=False)
    raise typer.Exit(1 if found else 0)


@app.command()
def reindex(as_json: AsJson = False) -> None:
    """Make the full text anew, all of it or nothing."""
    from personae.store.verifying import reindex

    with open_default_store() as opened:
        reindex(opened.database)
    _tell({"store": opened.where}, f"Made the full text of {opened.where} anew.", as_json)


@app.command()
def compact(as_json: AsJson = False) -> None:
    """Write the store anew, without what was deleted; other programs wait meanwhile."""
    with open_default_store() as opened:
        before = opened.database.size_bytes()
        opened.database.compact()
        after = opened.database.size_bytes()
    told = f"{opened.where}: {before / 1e6:,.1f} MB before, {after / 1e6:,.1f} MB now."
    _tell({"store": opened.where, "bytes_before": before, "bytes": after}, told, as_json)


@app.command()
def migrate(
    source: Annotated[str, typer.Argument(metavar="FROM", help="Its address: sqlite:PATH …")],
    target: Annotated[str, typer.Argument(metavar="TO", help="An empty one: postgresql://…")],
    as_json: AsJson = False,
) -> None:
    """Copy everything from one store into an empty other one, and verify it: all or nothing."""
    from personae.cli.progress import counted
    from personae.store.moving import move
    from personae.store.opening import existing, open_address

    with open_address(existing(source)) as old, open_address(target) as new, counted() as show:
        moved = move(old.database, new.database, show)
    if as_json:
        tables = {name: asdict(content) for name, content in moved.items()}
        print_json({"from": old.where, "to": new.where, "tables": tables})
        return
    _print(moved)
    rows = sum(content.rows for content in moved.values())
    stderr().print(
        f"Copied and verified {rows:,} rows from {old.where} to {new.where}; set PERSONAE_STORE "
        "to use it.",
        markup=False,
    )


def _print(found: dict[str, Content]) -> None:
    print_table(
        ("table", "rows", "sha256"),
        [(name, f"{one.rows:,}", one.sha256[:16]) for name, one in found.items()],
    )


def _tell(value: dict[str, object], sentence: str, as_json: bool) -> None:
    if as_json:
        print_json(value)
    else:
        stderr().print(sentence, markup=False)
