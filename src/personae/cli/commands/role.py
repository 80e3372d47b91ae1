"""Roles: what somebody in a part says and does not say (S073)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from personae.recipes.role_collection import Collected

app = typer.Typer(add_completion=False)


@app.callback()
def role() -> None:
    """Roles: show one, collect dialogues for it, and mark what is out of bounds."""


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


@app.command()
def collect(
    out: Annotated[Path, typer.Option("--out", help="The dialogues, JSON lines.")],
    role: Annotated[
        str, typer.Option("--role", help="A file, or a shipped role's name.")
    ] = "phone-companion",
    number: Annotated[int, typer.Option("--n", min=1, help="Dialogues to keep.")] = 200,
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    shots: Annotated[int, typer.Option("--shots", min=1, max=8, help="Examples shown.")] = 1,
    temperature: Annotated[float, typer.Option("--temperature", min=0, max=5)] = 0.9,
    max_tokens: Annotated[int, typer.Option("--max-tokens", min=16, max=4096)] = 280,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same dialogues.")] = 0,
    restart: Annotated[bool, typer.Option("--restart", help="Forget what is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Let a model write dialogues for the role; the same command goes on where it stopped."""
    from personae.cli.opening import open_named_model
    from personae.formats.role_file import open_role
    from personae.recipes.role_collection import Collecting
    from personae.recipes.role_collection import collect as collected

    found = open_role(role)
    how = Collecting(seed, shots, temperature, max_tokens)
    lm = open_named_model(model)
    try:
        with _CollectBar(number) as bar:
            facts = collected(found, lm, out, number, how, bar.show, resume=not restart).facts()
    finally:
        lm.close()
    if as_json:
        print_json({"file": str(out), **facts})
        return
    rows = [("tried", "", facts["tried"]), ("kept", "", facts["kept"])]
    rows += [
        (kind, why, count) for kind in ("dropped", "cut") for why, count in facts[kind].items()
    ]
    print_table(("dialogues", "because", "number"), rows, title=str(out))


@app.command(name="filter")
def filter_(
    file: Annotated[Path, typer.Argument(help="Collected dialogues.")],
    role: Annotated[
        str, typer.Option("--role", help="Whose rules `r` shows; a file or a name.")
    ] = "phone-companion",
    out: Annotated[
        Path | None, typer.Option("--out", help="Labelled dialogues; FILE.labelled.jsonl.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read dialogues turn by turn and mark the first turn of the character out of bounds.

    What is decided is kept in FILE.marks.jsonl at once; the same command goes on from there.
    """
    from personae.cli.marking import mark
    from personae.formats.reading import find_data, read_dialogues, write_dialogues
    from personae.formats.role_file import open_role
    from personae.recipes.role_marks import Marks

    source = find_data(file)
    dialogues = tuple(read_dialogues(source))
    marks = Marks(dialogues, source.with_name(f"{source.name}.marks.jsonl"))
    target = out or source.with_name(f"{source.name.removesuffix('.jsonl')}.labelled.jsonl")
    try:
        mark(marks, len(dialogues), open_role(role), lambda text: print(text, file=sys.stderr))
    finally:
        write_dialogues(marks.labelled(), target)
    counts = {"file": str(target), **marks.counts()}
    if as_json:
        print_json(counts)
    else:
        print_table(tuple(counts), [tuple(counts.values())])


@app.command()
def judge(
    replies: Annotated[list[str], typer.Argument(metavar="REPLY...", help="What could be said.")],
    role: Annotated[
        str, typer.Option("--role", help="A file, or a shipped role's name.")
    ] = "phone-companion",
    bounds: Annotated[
        Path | None, typer.Option("--bounds", help="The folder of a classifier of your own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say of replies how likely they are out of the role's bounds, and the rule they come near."""
    from personae.cli.opening import open_shipped_nli
    from personae.encoders.role_bounds import open_role_bounds
    from personae.formats.role_file import open_role

    found = open_role(role)
    judged = open_role_bounds(found, nli=open_shipped_nli("personae role judge"), folder=bounds)
    told = [
        {
            "reply": one.reply, "out_of_bounds": one.probability >= judged.threshold,
            "probability": round(one.probability, 4), "rule": found.rules[one.rule].rule,
            "category": found.rules[one.rule].category,
        }
        for one in judged.judge(replies)
    ]  # fmt: skip
    if as_json:
        print_json({"threshold": judged.threshold, "replies": told})
        return
    columns = ("probability", "out of bounds", "category", "nearest rule", "reply")
    rows = [
        (one["probability"], "yes" if one["out_of_bounds"] else "no", one["category"], one["rule"],
         one["reply"])
        for one in told
    ]  # fmt: skip
    print_table(columns, rows)


class _CollectBar:
    """A bar on stderr of the dialogues kept."""

    def __init__(self, number: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Left

        self._bar = Progress(
            TextColumn("dialogues"), BarColumn(), MofNCompleteColumn(), Left(),
            TextColumn("of {task.fields[tried]} tried"), console=stderr(),
        )  # fmt: skip
        self._task = self._bar.add_task("dialogues", total=number, tried=0)

    def __enter__(self) -> _CollectBar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def show(self, state: Collected) -> None:
        """How many are kept, and of how many."""
        self._bar.update(self._task, completed=state.kept, tried=state.tried)
