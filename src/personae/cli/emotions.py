"""`personae evaluate emotions`: what labels on turns tell of the speakers of dialogues."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from personae.cli.output import print_json, print_table


def emotions(
    file: Annotated[str, typer.Argument(help="Dialogues, here or below $PERSONAE_DATA.")],
    label: Annotated[
        str, typer.Option("--label", help="The label of the turns: emotion, sentiment …")
    ] = "emotion",
    format_: Annotated[str, typer.Option("--format", help="Detected if not given.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure each speaker's emotional intelligence as REALTALK does, from labels on turns (S101).

    Entropy of the labels, share of own consecutive turns with one label, share of turns with the
    label of the other's turn before, and share of turns with a question mark.
    """
    from personae.evaluate.emotions import feelings
    from personae.formats.reading import read_dialogues

    found = feelings(read_dialogues(file, format_ or None), label)
    if as_json:
        print_json({name: asdict(one) for name, one in found.items()})
        return
    print_table(
        ("speaker", "turns", "diversity, bits", "stability", "alignment", "grounding"),
        [
            (name, str(one.turns), f"{one.diversity:.3f}", _cell(one.stability),
             _cell(one.alignment), f"{one.grounding:.3f}")
            for name, one in found.items()
        ],
        title=f"{label} of {file}",
    )  # fmt: skip


def _cell(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"
