"""Habits: unfold a persona's statements into what usually happens, and look one up (S005)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import plain, print_json, print_table, stderr

if TYPE_CHECKING:
    from personae.memory.inducing import Induced
    from personae.text.habits import Habit

app = typer.Typer(add_completion=False)

_FILE = "A file of habits; default: the shipped ones."


@app.callback()
def habits() -> None:
    """Habits: induce them for a persona, check a file of them, find what a message is about."""


@app.command()
def induce(
    card: Annotated[str, typer.Argument(metavar="CARD", help="A card, or a character's name.")],
    out: Annotated[Path, typer.Option("--out", help="The file of habits; it is added to.")],
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    attempts: Annotated[int, typer.Option("--attempts", min=1, max=50)] = 5,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Drop facts that contradict the persona.")
    ] = True,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same habits.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Let a model write a habit for each statement; the same command goes on where it stopped.

    Read the file afterwards and put right what is wrong: it is plain text.
    """
    from personae.cli.opening import load_card, open_named_model, open_shipped_nli
    from personae.habits import read_habits
    from personae.memory.inducing import induce_all

    persona = load_card(card)
    known = read_habits(out) if out.exists() else ()
    nli = open_shipped_nli("personae habits induce") if check else None
    lm, done = open_named_model(model, slots=1), list["Induced"]()
    try:
        made = induce_all(
            lm, persona.statements, known=known, nli=nli, attempts=attempts, seed=seed
        )
        for one in made:
            done.append(one)
            _keep(out, one)
            stderr().print(f"{len(done)}. {plain(one.statement)}", highlight=False, markup=False)
    finally:
        lm.close()
    _tell(out, done, len(known), as_json)


def _keep(file: Path, one: Induced) -> None:
    """Add a habit to the file at once: a run that is cut off loses none that is done."""
    from personae.media.atomic_file import write_atomically
    from personae.text.habits import write_habits

    if one.habit is None:
        return
    before = file.read_text("utf-8") + "\n" if file.exists() else ""
    write_atomically(file, (before + write_habits([one.habit])).encode())


def _tell(file: Path, done: list[Induced], known: int, as_json: bool) -> None:
    if as_json:
        rows = [
            {"statement": one.statement, "event": one.habit.event if one.habit else "",
             "attempts": one.attempts, "faults": one.faults, "dropped": one.dropped}
            for one in done
        ]  # fmt: skip
        print_json({"file": str(file), "known": known, "induced": rows})
        return
    table = [
        (one.statement, one.habit.event if one.habit else f"none: {one.faults[-1]}", one.attempts,
         len(one.dropped))
        for one in done
    ]  # fmt: skip
    print_table(("statement", "event", "attempts", "dropped"), table, title=str(file))


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A file of habits.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read a file of habits; what is wrong with it is told with its line."""
    from personae.habits import read_habits

    found = read_habits(file)
    if as_json:
        print_json([_object(one) for one in found])
        return
    rows = [(one.event, one.source, len(one.facts)) for one in found]
    print_table(("event", "from", "facts"), rows, title=str(file))


@app.command()
def find(
    message: Annotated[str, typer.Argument(help="What somebody says to the persona.")],
    schemas: Annotated[Path | None, typer.Option("--schemas", help=_FILE)] = None,
    number: Annotated[int, typer.Option("--n", min=1, max=60, help="Facts shown.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The habit that a message is about, and the facts of it that are nearest."""
    from personae.encoders.embedder import open_embedder
    from personae.memory.habits import found_habit
    from personae.steps.recall_habits import read_habits

    found = found_habit(read_habits(str(schemas or "")), message, open_embedder(), number=number)
    if found is None:
        print_json({}) if as_json else print("The message is empty.")
        return
    rows = list(zip(found.told, (found.score, *found.scores), strict=True))
    if as_json:
        print_json({"habit": _object(found.habit), "facts": [list(row) for row in rows]})
        return
    for text, score in rows:
        print(plain(f"{score:.2f}  {text}"))


def _object(habit: Habit) -> dict[str, object]:
    from personae.text.habits import SECTIONS

    sections = {name: list(habit.section(name)) for name in SECTIONS}
    return {"event": habit.event, "from": habit.source, **sections}
