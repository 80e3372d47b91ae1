"""Show, convert and count dialogue data: PersonaChat, MSC, DailyDialog, ShareGPT, chat logs …"""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.focus import make_focus
from personae.cli.novels import make_chain, make_novels, make_profile
from personae.cli.output import plain, print_json, print_table, stderr, stdout
from personae.cli.personamem import make_personamem
from personae.errors import FormatError, InvalidOption
from personae.registry import find, parse_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from personae.data import Dialogue, Persona
    from personae.formats.statistics import DataStatistics
    from personae.registry import Entry

app = typer.Typer(add_completion=False, no_args_is_help=True)
making = typer.Typer(add_completion=False, no_args_is_help=True, help="Make data of a task.")
app.add_typer(making, name="make")
making.command("focus")(make_focus)
making.command("novels")(make_novels)
making.command("profile")(make_profile)
making.command("chain")(make_chain)
making.command("personamem")(make_personamem)

DataArgument = Annotated[
    str, typer.Argument(metavar="DATA", help="A file, here or under PERSONAE_DATA.")
]
FormatOption = Annotated[
    str, typer.Option("--format", "-f", help="The file's format; detected where not given.")
]
LimitOption = Annotated[int, typer.Option("--limit", "-n", min=0, help="Only the first N; 0: all.")]
ReadingOption = Annotated[
    list[str], typer.Option("--option", help="An option of the format: joined=true for msc.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def data() -> None:
    """Show, convert and count dialogue data. `personae list formats` says what is read."""


@app.command()
def show(
    data: DataArgument,
    format_name: FormatOption = "",
    limit: LimitOption = 3,
    option: ReadingOption = [],  # noqa: B006 - typer copies it
    as_json: JsonOption = False,
) -> None:
    """Print the first dialogues (or personas) of a file."""
    dialogues, personas = _open(data, format_name, option)
    shown = islice(dialogues if dialogues is not None else personas or (), limit or None)
    if as_json:
        print_json([noun.to_dict() for noun in shown])
        return
    for noun in shown:
        _print_persona(noun) if hasattr(noun, "statements") else _print_dialogue(noun)


@app.command()
def convert(
    data: DataArgument,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The file to write.")],
    format_name: FormatOption = "",
    to: Annotated[str, typer.Option("--to", help="The format to write; see the endings.")] = "",
    limit: LimitOption = 0,
    option: ReadingOption = [],  # noqa: B006 - typer copies it
    force: Annotated[bool, typer.Option("--force", help="Replace TARGET if it exists.")] = False,
    spelled: Annotated[
        bool, typer.Option("--written", help="Put spaces and capitals of tokenised text right.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Write the dialogues of a file in another format; TARGET appears whole or not at all."""
    from personae.formats.reading import read_dialogues, write_dialogues
    from personae.formats.written import written

    name = to or _format_of(target)
    dialogues = read_dialogues(data, format_name or None, **parse_options(option))
    dialogues = map(written, dialogues) if spelled else dialogues
    count = write_dialogues(islice(dialogues, limit or None), target, name, overwrite=force)
    if as_json:
        print_json({"dialogues": count, "target": str(target), "format": name})
    else:
        stderr().print(f"{count} dialogues written to {target} as {name}.", markup=False)


@app.command()
def stats(
    data: DataArgument,
    format_name: FormatOption = "",
    option: ReadingOption = [],  # noqa: B006 - typer copies it
    as_json: JsonOption = False,
) -> None:
    """Count dialogues, turns, words, variety, personas, languages and labels."""
    from personae.formats.statistics import dialogue_statistics, persona_statistics

    dialogues, personas = _open(data, format_name, option)
    if dialogues is not None:
        counted = dialogue_statistics(dialogues)
    else:
        counted = persona_statistics(personas or ())
    if as_json:
        print_json(counted.to_dict())
    else:
        _print_statistics(counted)


@app.command()
def validate(
    data: DataArgument,
    format_name: FormatOption = "",
    option: ReadingOption = [],  # noqa: B006 - typer copies it
    as_json: JsonOption = False,
) -> None:
    """Read a whole file and print what is odd in it; exit 1 when it cannot be read."""
    warnings: list[str] = []
    fault = ""
    try:
        for warning in _warnings(data, format_name, option):
            warnings.append(warning)
    except FormatError as error:
        fault = str(error)
    if as_json:
        print_json({"data": data, "is_valid": not fault, "error": fault, "warnings": warnings})
    else:
        for line in (*(f"warning: {warning}" for warning in warnings),
                     f"error: {fault}" if fault else "valid"):  # fmt: skip
            stdout().print(plain(line), markup=False)
    if fault:
        raise typer.Exit(1)


def _warnings(data: str, format_name: str, option: list[str]) -> Iterator[str]:
    """What is odd in the dialogues; personas are only read (see `personae cards validate`)."""
    from personae.formats.soundness import remarks

    dialogues, personas = _open(data, format_name, option)
    for _ in personas or ():
        pass
    own = getattr(_entry_of(data, format_name).load(), "validate", None)
    yield from remarks(dialogues or (), own)


def _entry_of(data: str, format_name: str) -> Entry:
    """The format that was named, or that recognises the file. Raises FormatError, UnknownEntry."""
    from personae.formats.reading import detect, find_data

    source = find_data(data)
    if format_name:
        return find("format", format_name)
    try:
        return detect(source)
    except FormatError as fault:
        try:
            return detect(source, "persona")
        except FormatError:
            raise fault from None


def _open(
    data: str, format_name: str, option: list[str]
) -> tuple[Iterator[Dialogue] | None, Iterator[Persona] | None]:
    """The dialogues of the file, or its personas where it holds those."""
    from personae.formats.reading import find_data, read_dialogues, read_personas

    options: dict[str, Any] = parse_options(option)
    source, entry = find_data(data), _entry_of(data, format_name)
    if entry.info.reads == "persona":
        return None, read_personas(source, entry.name, **options)
    return read_dialogues(source, entry.name, **options), None


def _format_of(target: Path) -> str:
    if target.suffix == ".jsonl":
        return "dialogues"
    from personae.formats.reading import writable_formats

    raise InvalidOption(
        f"The ending of {target.name!r} does not tell the format. Pass --to with one of: "
        f"{', '.join(writable_formats())}."
    )


def _print_dialogue(dialogue: Any) -> None:
    console = stdout()
    console.print(f"── {dialogue.id}", style="bold", markup=False)
    for name, persona in dialogue.personas.items():
        told = [*persona.statements, *(f"{k}: {v}" for k, v in persona.attributes.items())]
        told = told or [persona.system_prompt or persona.description]
        console.print(f"{name} is: {' | '.join(told)}", style="dim", markup=False)
    for turn in dialogue.turns:
        line = f"{turn.speaker}: {turn.text}" if turn.kind == "utterance" else f"* {turn.text}"
        console.print(line, markup=False)
    console.print()


def _print_persona(persona: Any) -> None:
    console = stdout()
    traits = [persona.traits.mbti, *(f"{k}: {v}" for k, v in persona.attributes.items())]
    console.print(f"── {persona.name} ({persona.id})", style="bold", markup=False)
    console.print(" | ".join(part for part in traits if part), style="dim", markup=False)
    for statement in persona.statements:
        console.print(statement, markup=False)
    console.print()


def _print_statistics(counted: DataStatistics) -> None:
    figures = counted.to_dict()
    labels = {**figures.pop("dialogue_labels"), **figures.pop("turn_labels")}
    labels = {"language": figures.pop("languages"), **labels}
    print_table(
        ("figure", "value"),
        [
            (name.replace("_", " "), f"{value:,}" if isinstance(value, int) else f"{value:.4g}")
            for name, value in figures.items()
        ],
    )
    rows = [
        (name, value, f"{count:,}", f"{count / sum(counts.values()):.1%}")
        for name, counts in labels.items()
        for value, count in counts.items()
    ]
    print_table(("label", "value", "count", "share"), rows)
