"""Measure dialogues: what speakers repeat, how specific they are, how often they ask."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from personae.cli.output import print_json, print_table

app = typer.Typer(add_completion=False)
_SPEAKERS_LIMIT = 20  # of the table; JSON has them all


@app.callback()
def measure() -> None:
    """Measure dialogues of any format."""


@app.command()
def attributes(
    file: Annotated[Path, typer.Argument(help="A file of dialogues.")],
    format_: Annotated[str, typer.Option("--format", help="Detected if not given.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=0, help="Dialogues; 0: all.")] = 0,
    by_turn: Annotated[bool, typer.Option("--by-turn", help="JSON: every turn too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Repetition, specificity (NIDF), relatedness and question-asking, by speaker (S067)."""
    from itertools import islice

    from personae.encoders.embedder import open_embedder
    from personae.errors import FormatError
    from personae.evaluate.attributes import COLUMNS, means_by_speaker, measure_attributes
    from personae.formats.reading import read_dialogues
    from personae.text.specificity import shipped_specificity

    dialogues = islice(read_dialogues(file, format_ or None), limit or None)
    measured = measure_attributes(dialogues, shipped_specificity(), open_embedder())
    if not measured:
        raise FormatError("This file holds nothing that was said.", file=file)
    means = means_by_speaker(measured)
    if as_json:
        turns = [{"dialogue": m.dialogue, "speaker": m.speaker, **m.values} for m in measured]
        print_json({"speakers": means, **({"turns": turns} if by_turn else {})})
        return
    shown = list(means)[-_SPEAKERS_LIMIT:]
    rows = [
        (column, *(_cell(means[name][column]) for name in shown)) for column in ("turns", *COLUMNS)
    ]
    print_table(("attribute", *shown), rows)


def _cell(value: float | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.3f}"
