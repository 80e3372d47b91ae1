"""What the study commands have in common: asking a grid with a bar, tasks by name, figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from personae.cli.names import names_in
from personae.cli.output import finite

if TYPE_CHECKING:
    from personae.evaluate.bootstrap import Interval
    from personae.lm.types import LanguageModel
    from personae.studies.grid import Asked, Condition, Task

Form = Literal["likelihood", "letters", "written"]
WRITTEN_TOKENS = 160

Out = Annotated[Path, typer.Option("--out", help="The folder of the runs.")]
Model = Annotated[str, typer.Option("--model", help="See `personae models`.")]
People = Annotated[
    Path | None,
    typer.Option("--personas", help='Personas, one a line, "# group" above; default: ours.'),
]
Items = Annotated[
    str, typer.Option("--items", help="JSON Lines: question, options, answer; id, subject.")
]
FormOption = Annotated[
    Form, typer.Option("--form", help="Rank the options' words, rank letters, or write and read.")
]
Limit = Annotated[
    int | None, typer.Option("--limit", min=1, help="So many questions a task, spread over all.")
]
Workers = Annotated[int, typer.Option("--workers", min=1, max=256, help="Questions at once.")]
MaxTokens = Annotated[int, typer.Option("--max-tokens", min=1, help="Of a written answer.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Same seed, same answers.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Plot = Annotated[Path | None, typer.Option("--plot", help="An SVG file: the heat map.")]


def tasks_named(
    names: str, known: Sequence[str], form: Form, items: str, limit: int | None
) -> list[Task]:
    """The tasks between commas, of those that a study knows. Raises InvalidOption."""
    from dataclasses import replace

    from personae.errors import InvalidOption
    from personae.studies.persona_effect import TASKS

    wanted = names_in(names)
    if not wanted or set(wanted) - set(known):
        raise InvalidOption(f"The tasks are {', '.join(known)}; not {names!r}.")
    options: dict[str, dict[str, Any]] = {
        "knowledge": {"form": form, **({"items": items} if items else {})},
        "attitudes": {"form": "written" if form == "written" else "likelihood"},
        "bbq": {"form": form},
    }
    return [replace(TASKS[name], options=options[name], limit=limit) for name in wanted]


def asked_tasks(
    lm: LanguageModel, conditions: Sequence[Condition], tasks: Sequence[Task], out: Path, *,
    seed: int, workers: int, **options: Any,
) -> dict[str, Asked]:  # fmt: skip
    """Ask the grid, with one bar for all of it; runs record the options of the method as given."""
    from personae.cli.progress import ReplyProgress
    from personae.studies.grid import ask_grid

    with ReplyProgress(out.name) as progress:
        return ask_grid(
            lm, conditions, tasks, out, seed=seed, workers=workers, on_progress=progress.show,
            options=options,
        )  # fmt: skip


def model_named(name: str) -> AbstractContextManager[LanguageModel]:
    """The model of that name, which is closed in the end."""
    from personae.cli.opening import open_named_model

    return closing(open_named_model(name, slots=1))


def people_of(personas: Path | None) -> dict[str, tuple[str, ...]] | None:
    """The personas of a file by group; None for ours."""
    from personae.items import read_people

    return None if personas is None else read_people(personas)


def heat_of(cells: Mapping[tuple[str, str], float], *, title: str, note: str) -> str:
    """The heat map of cells by row and column, in the order in which they come."""
    from personae.evaluate.heat import heat_svg

    rows, columns = (list(dict.fromkeys(key[at] for key in cells)) for at in (0, 1))
    return heat_svg(rows, columns, cells, title=title, note=note)


def write_result(out: Path, result: Mapping[str, Any]) -> None:
    """Keep the figures beside the runs, as study.json."""
    from personae.evaluate.record import write_json

    write_json(out / "study.json", finite(result))


def span(interval: Interval | None, places: int = 3, *, sign: bool = False) -> str:
    """An interval in brackets; empty without one."""
    if interval is None:
        return ""
    mark = "+" if sign else ""
    return f" [{interval.low:{mark}.{places}f}, {interval.high:{mark}.{places}f}]"


def p_text(p: float) -> str:
    """A p value for a table."""
    return f"{p:.3f}" if p >= 0.001 else "<0.001"
