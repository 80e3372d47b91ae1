"""Character cards: show, validate, convert.

CARD is a file in any format that personae reads, the name of a shipped character, or the name of a
stored persona.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.output import print_json, stderr, stdout
from personae.cli.targets import refuse_existing
from personae.errors import FormatError, PersonaeError

if TYPE_CHECKING:
    from rich.text import Text

    from personae.data import Persona
    from personae.formats.advice import Finding

app = typer.Typer(add_completion=False)

Card = Annotated[str, typer.Argument(metavar="CARD", help="A file, or a character's name.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def cards() -> None:
    """Show, validate and convert character cards."""


@app.command()
def show(card: Card, as_json: AsJson = False) -> None:
    """Show what a card says, with remarks on what deserves a look."""
    from personae.formats.advice import advice

    persona = _load(card)
    remarks = advice(persona)
    if as_json:
        found = [{"place": one.place, "message": one.message} for one in remarks]
        print_json({"persona": persona.to_dict(), "remarks": found})
        return
    from rich import box
    from rich.panel import Panel
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in _rows(persona):
        table.add_row(name, value)
    for one in remarks:
        table.add_row("remark", _plain(f"{one.place}: {one.message}"))
    title = _plain(persona.name)
    stdout().print(Panel(table, title=title, title_align="left", box=box.ROUNDED))


@app.command()
def validate(
    cards: Annotated[list[str], typer.Argument(metavar="CARD…", help="Files or names.")],
    consistency: Annotated[
        bool, typer.Option("--consistency", help="Also look for statements that clash.")
    ] = False,
    risk: Annotated[
        bool, typer.Option("--risk", help="Also look for traits that break an operator's rules.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print everything that is wrong with cards; exit 1 if one of them cannot be used."""
    reports = [(card, _findings(card)) for card in cards]
    if risk:
        reports = [(card, [*found, *_risks(card, found)]) for card, found in reports]
    if consistency:
        reports = [(card, [*found, *_clashes(card, found)]) for card, found in reports]
    if as_json:
        print_json([_report(card, found) for card, found in reports])
    else:
        for card, found in reports:
            _print_report(card, found)
    if any(_is_invalid(found) for _, found in reports):
        raise typer.Exit(1)


@app.command()
def convert(
    card: Card,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The file to write.")],
    to: Annotated[str, typer.Option("--to", help="The format; else TARGET's ending says.")] = "",
    version: Annotated[
        int, typer.Option(min=1, max=3, help="Which version of Character Card to write.")
    ] = 3,
    force: Annotated[bool, typer.Option("--force", help="Replace TARGET if it exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a card in another format; picture and assets come along where the format has a place.

    TARGET is written as a whole or not at all.
    """
    from personae.load import card_path, write_personas, writer_of

    refuse_existing(target, force)
    entry = writer_of(target, to or None)
    persona, origin = _load(card), card_path(card)
    options: dict[str, Any] = {"origin": origin, "version": None if version == 3 else version}
    write_personas([persona], target, entry.name, **options)
    left = 0 if entry.name in _CONTAINERS else _asset_count(origin)
    if left:
        stderr().print(f"note: {left} files beside the card have no place in this format.")
    if as_json:
        print_json({"name": persona.name, "target": str(target), "format": entry.name,
                    "files_left_out": left})  # fmt: skip
    else:
        stderr().print(_plain(f"Wrote {persona.name} to {target} ({entry.name})."))


_CONTAINERS = ("character-card-png", "charx")


def _load(card: str) -> Persona:
    from personae.cli.opening import load_card

    return load_card(card)


def _findings(card: str) -> list[Finding]:
    """Errors first, then what deserves a look."""
    from personae.formats.advice import Finding, advice
    from personae.formats.reading import detect
    from personae.load import card_path

    try:
        path = card_path(card)
        faults = getattr(detect(path, "persona").load(), "faults", None) if path else None
        errors = [Finding("error", "", fault) for fault in faults(path)] if faults else []
        return errors or list(advice(_load(card)))
    except FormatError as error:
        line = f"line {error.line}" if error.line is not None else ""
        return [Finding("error", line, error.reason)]
    except PersonaeError as error:
        return [Finding("error", "", str(error))]


def _clashes(card: str, found: list[Finding]) -> list[Finding]:
    """Warnings about statements of a readable card that contradict each other."""
    from personae.cli.opening import open_shipped_nli
    from personae.encoders.clashes import clashing_statements
    from personae.formats.advice import Finding

    if _is_invalid(found):
        return []
    clashes = clashing_statements(open_shipped_nli("--consistency"), _load(card).statements)
    return [
        Finding("warning", "statements", f"{one.clause!r} and {one.statement!r} contradict each "
                f"other ({one.contradiction:.2f}).")
        for one in clashes
    ]  # fmt: skip


def _risks(card: str, found: list[Finding]) -> list[Finding]:
    """Warnings about sentences of a readable card that make a persona break rules."""
    from personae.encoders.card_risk import open_card_risk
    from personae.formats.advice import Finding

    if _is_invalid(found):
        return []
    return [
        Finding("warning", one.place, f"{one.sentence!r} "
                f"{one.pattern or f'may make it break your rules ({one.score:.2f})'}.")
        for one in open_card_risk().risks(_load(card))
    ]  # fmt: skip


def _is_invalid(found: list[Finding]) -> bool:
    return any(one.level == "error" for one in found)


def _report(card: str, found: list[Finding]) -> dict[str, Any]:
    listed = [{"level": one.level, "place": one.place, "message": one.message} for one in found]
    return {"card": card, "is_valid": not _is_invalid(found), "findings": listed}


def _print_report(card: str, found: list[Finding]) -> None:
    out = stdout()
    verdict = "[red]invalid[/]" if _is_invalid(found) else "[green]valid[/]"
    from rich.markup import escape

    out.print(f"{escape(card)}: {verdict}")
    for one in found:
        place = f"{one.place}: " if one.place else ""
        out.print(_plain(f"  {one.level}: {place}{one.message}"))


def _rows(persona: Persona) -> list[tuple[str, Text]]:
    """What a card says, in the order in which one wants to know it; empty fields are left out."""
    traits = persona.traits
    ocean = ", ".join(f"{name} {value:.2f}" for name, value in traits.ocean.to_dict().items())
    book, provenance = persona.lorebook, persona.provenance
    shown = {
        "nickname": persona.nickname,
        "id": persona.id,
        "language": persona.language,
        "version": persona.version,
        "description": persona.description,
        "personality": persona.personality,
        "scenario": persona.scenario,
        "style": persona.style,
        "traits": "; ".join(filter(None, [ocean, traits.mbti, ", ".join(traits.adjectives)])),
        "attributes": "\n".join(f"{key}: {value}" for key, value in persona.attributes.items()),
        "statements": "\n".join(f"- {statement}" for statement in persona.statements),
        "greeting": persona.greetings[0] if persona.greetings else "",
        "greetings": f"{len(persona.greetings)}, {len(persona.group_greetings)} for groups",
        "examples": str(len(persona.examples) or ""),
        "lorebook": f"{len(book.entries)} entries" if book is not None else "",
        "knowledge": f"{len(persona.knowledge)} passages" if persona.knowledge else "",
        "tools": ", ".join(tool.name for tool in persona.tools),
        "events": str(len(persona.events) or ""),
        "tags": ", ".join(persona.tags),
        "creator": provenance.creator,
        "license": provenance.license,
        "sources": "\n".join(provenance.sources),
        "real person": f"yes; consent: {provenance.consent or 'none given'}"
        if provenance.real_person
        else "",
    }
    return [(name, _plain(value)) for name, value in shown.items() if value]


def _plain(text: str) -> Text:
    """Text from a stranger's card: no markup, no control characters for the terminal to obey."""
    from rich.text import Text

    return Text("".join(char for char in text if char.isprintable() or char == "\n"))


def _asset_count(origin: Path | None) -> int:
    from personae.formats.card_assets import belongings_of

    return len(belongings_of(origin).files)
