"""Roles: what somebody in a part says and does not say (S073)."""

from __future__ import annotations

from typing import Annotated

import typer

from personae.cli.output import print_json, print_table

app = typer.Typer(add_completion=False)


@app.callback()
def role() -> None:
    """Show role specifications."""


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="ROLE", help="A file, or a shipped role's name.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read a role and show its rules with how many examples each has on both sides."""
    from personae.formats.role_file import open_role

    found = open_role(name)
    if as_json:
        print_json(found.to_dict())
        return
    rows = [
        (one.category, one.rule, len(one.in_bounds), len(one.out_of_bounds)) for one in found.rules
    ]
    title = f"{found.name} ({found.character}): {found.outline}"
    print_table(("category", "rule", "in bounds", "out of bounds"), rows, title=title)
