"""Train what a recipe makes, with progress, and from where it stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from personae.cli.output import print_json, stderr

app = typer.Typer(add_completion=False)


@app.command()
def train(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="See `personae list recipes`.")],
    work: Annotated[Path, typer.Option("--work", help="Keeps stages, checkpoints and the log.")],
    option: Annotated[list[str], typer.Option("--option", "-o", help="name=value; repeat.")] = [],  # noqa: B006
    restart: Annotated[bool, typer.Option("--restart", help="Forget the checkpoint.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a training recipe; the same command goes on where it was interrupted.

    Data sets are found below $PERSONAE_DATA. Most need `pip install 'personae[train]'`.
    """
    from personae.registry import build, check_options, find, options_of, parse_options
    from personae.settings import load_settings

    entry = find("recipe", recipe)
    defaults = {name: one.default for name, one in options_of(entry).items()}
    options = defaults | check_options(entry, parse_options(option))
    plan: dict[str, object] = {"recipe": entry.name, "options": options, "work": str(work)}
    if dry_run:
        _say_plan(plan, entry.summary, as_json)
        return
    run = build("recipe", entry.name, options)
    with _Bar() as bar:
        artifact = run(load_settings().datasets_dir, work, bar.show, not restart)
    facts = {"folder": str(artifact.folder), **artifact.facts}
    if as_json:
        print_json(facts)
    else:
        told = ", ".join(f"{name} {value}" for name, value in artifact.facts.items())
        stderr().print(f"Written to {artifact.folder}: {told}.", markup=False)


def _say_plan(plan: dict[str, object], summary: str, as_json: bool) -> None:
    if as_json:
        print_json(plan)
        return
    stderr().print(summary, markup=False)
    for name, value in plan.items():
        stderr().print(f"{name}: {value}", markup=False)


class _Bar:
    """One bar on stderr for the stage that runs."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as Left

        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Left(),
            TextColumn("{task.fields[remark]}"), console=stderr(),
        )  # fmt: skip
        self._tasks: dict[str, object] = {}

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, stage: str, done: int, total: int, remark: str) -> None:
        """Move the stage's bar; its first call makes it."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(stage, total=total, remark="")
        self._progress.update(self._tasks[stage], completed=done, remark=remark[:60])  # type: ignore[arg-type]
