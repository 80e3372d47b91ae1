"""Move runs to and from logs of Inspect."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from personae.cli.output import print_json
from personae.cli.targets import refuse_existing

app = typer.Typer(add_completion=False)


@app.callback()
def runs() -> None:
    """Move runs to and from logs of Inspect."""


@app.command()
def export(
    run: Annotated[Path, typer.Argument(help="A folder made by `personae reply` or `bench`.")],
    log: Annotated[Path, typer.Argument(help="The log to write: a name in .json or .eval.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a log that is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a run, with its last scores, as a log that `inspect view` shows."""
    from personae.evaluate.inspect_log import export_log

    refuse_existing(log, force)
    count = export_log(run, log)
    if as_json:
        print_json({"log": str(log), "samples": count})
        return
    place = log.parent
    typer.echo(f"{count} samples are in {log}. See: inspect view --log-dir {place}", err=True)


@app.command("import")
def import_(
    log: Annotated[Path, typer.Argument(help="A log of Inspect, .json or .eval.")],
    out: Annotated[Path, typer.Option("--out", help="The folder of the run.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a log of Inspect as a run, which `personae score` and `compare` read."""
    from personae.evaluate.inspect_log import import_log

    count = import_log(log, out)
    if as_json:
        print_json({"out": str(out), "samples": count})
        return
    typer.echo(f"{count} samples are in {out}. Score them with: personae score {out}", err=True)
