"""Edit a reply as little as it takes to say what a persona statement says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.output import plain, print_json

if TYPE_CHECKING:
    from personae.lm.types import LanguageModel
    from personae.steps.minimal_edits import Edit, Grounding

app = typer.Typer(add_completion=False)

CONTEXT_LIMIT_BYTES = 4_000_000


@app.command()
def edit(
    text: Annotated[str, typer.Argument(help="The reply to edit.")],
    persona: Annotated[
        list[str],
        typer.Option("--persona", help="A statement that the reply shall say; may be repeated."),
    ],
    context: Annotated[
        Path | None,
        typer.Option(
            "--context", help="What was said before: a dialogue, or a JSON list of texts."
        ),
    ] = None,
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Choose without a language model: fast, less fluent.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Prints the edited text, a word diff, and what the inference model says before and after.

    A reply that says the statement already is printed unchanged.
    """
    from personae.cli.opening import open_named_model, open_shipped_nli
    from personae.steps.minimal_edits import edit_reply

    heard = _last_text(context) if context is not None else ""
    nli = open_shipped_nli("personae edit")
    lm: LanguageModel | None = None if no_model else open_named_model(model, slots=1)
    edits: list[Edit] = []
    try:
        for number, statement in enumerate(persona):
            current = edits[-1].after if edits else text
            said = persona[:number]
            edits.append(edit_reply(current, statement, nli=nli, lm=lm, heard=heard, others=said))
    finally:
        if lm is not None:
            lm.close()
    if as_json:
        print_json(_told(text, edits))
    else:
        _print(edits)


def _told(text: str, edits: list[Edit]) -> dict[str, Any]:
    from personae.steps.edit_minimally import told

    return {"before": text, "after": edits[-1].after, "edits": [told(edit) for edit in edits]}


def _print(edits: list[Edit]) -> None:
    print(plain(edits[-1].after))
    for edit in edits:
        print(plain(f"\n{edit.statement}"))
        print(plain(f"  {edit.diff}" if edit.distance else "  unchanged"))
        print(f"  before  {_shown(edit.grounding_before)}")
        print(f"  after   {_shown(edit.grounding_after)}")


def _shown(grounding: Grounding) -> str:
    return (
        f"{grounding.label:<13}  entailment {grounding.entailment:.2f}  "
        f"contradiction {grounding.contradiction:.2f}  worst clause {grounding.worst_clause:.2f}"
    )


def _last_text(file: Path) -> str:
    """What was said last: of a JSON list of texts, of an object with `context`, of a dialogue."""
    from personae.errors import FormatError
    from personae.formats.reading import read_dialogues

    if file.stat().st_size > CONTEXT_LIMIT_BYTES:
        raise FormatError("The context is larger than 4 MB.", file=file)
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        value = None
    texts = value.get("context") if isinstance(value, dict) else value
    if isinstance(texts, list) and texts and all(isinstance(text, str) for text in texts):
        return str(texts[-1])
    dialogue = next(iter(read_dialogues(file)), None)
    if dialogue is None or not dialogue.turns:
        raise FormatError("This file holds nothing that was said.", file=file)
    return dialogue.turns[-1].text
