"""Run a study: a grid over personas, and what comes out of comparing them."""

from __future__ import annotations

import typer

from personae.cli.interaction_study import interaction
from personae.cli.personallm_study import personallm
from personae.cli.story_study import stories

app = typer.Typer(add_completion=False)
app.command()(personallm)
app.command()(interaction)
app.command()(stories)


@app.callback()
def study() -> None:
    """Run a study: a grid over personas with a comparison."""
