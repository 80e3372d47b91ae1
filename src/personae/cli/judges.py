"""`personae evaluate judges`: how far measures agree with people, and what fools them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.names import names_in
from personae.cli.output import print_json, print_table, stderr

if TYPE_CHECKING:
    from personae.draft import Kit
    from personae.evaluate.foils import FoilRow
    from personae.evaluate.judges import Figure, JudgeRow, OnStage
    from personae.lm.types import LanguageModel


def judges(
    metrics: Annotated[
        str, typer.Option("--metrics", help="Names with commas; default: all of single replies.")
    ] = "",
    sets: Annotated[
        str,
        typer.Option(
            "--sets",
            help="Of usr-personachat, usr-topicalchat, grade-convai2, "
            "grade-dailydialog, grade-empathetic; default: all that are there.",
        ),
    ] = "",
    model: Annotated[
        str, typer.Option("--model", "--judge", help="Who judges; see `personae models`.")
    ] = "embedded",
    limit: Annotated[int, typer.Option("--limit", min=2, help="Contexts of each set.")] = 100_000,
    work: Annotated[
        Path | None, typer.Option("--work", help="Keeps all values; default: in the cache folder.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", help="Write what reports print beside scores.")
    ] = None,
    foils: Annotated[
        bool, typer.Option("--foils/--no-foils", help="Ask about replies nobody may like, too.")
    ] = True,
    option: Annotated[
        list[str] | None, typer.Option("--option", help="metric.name=value, as usr.weights=paper.")
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Measure anew what is kept of an older version.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The seed of the intervals.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare measures of replies with the grades that people gave them (S056).

    Correlations by reply and by system with 95 % intervals over contexts, and how often the reply
    that people prefer has the higher value, beside what annotators agree among themselves. Then
    empty, echoing, stock and copied replies, which no judge may like. The same command goes on
    where it was stopped.
    """
    from personae import __version__
    from personae.cli.opening import open_named_model
    from personae.errors import InvalidOption
    from personae.evaluate.judges import Kept, agreement_report, judged_sets, save_kept
    from personae.lm.kept_likelihoods import kept_likelihoods
    from personae.registry import parse_options
    from personae.settings import load_settings

    options = parse_options(option or [])
    if save is not None and options:
        raise InvalidOption("What is saved is that of the metrics as they are: leave --option out.")
    folder = work or load_settings().cache_dir / "judges"
    if restart:
        shutil.rmtree(folder / "values", ignore_errors=True)
    named = names_in(metrics)
    rated = judged_sets(names_in(sets), limit)
    opened = open_named_model(model, slots=1)
    lm = kept_likelihoods(opened, folder / "likelihoods.jsonl")
    try:
        with _bar() as show:
            kept = agreement_report(
                named, rated, _kit(lm), folder, show, options=options, has_foils=foils, seed=seed
            )
    finally:
        lm.close()
    made_by = f"personae {__version__} evaluate judges --model {opened.name}"
    kept = Kept(kept.rows, kept.foils, made_by)
    if save is not None:
        save_kept(kept, save)
    if as_json:
        print_json(kept.to_dict())
        return
    for name in rated:
        _print_set(name, [row for row in kept.rows if row.set == name])
    if kept.foils:
        _print_foils(kept.foils)


def _kit(lm: LanguageModel) -> Kit:
    """Everything that a metric may ask."""
    from personae.cli.opening import judges_named, open_shipped_nli
    from personae.draft import Kit
    from personae.encoders.heads import shipped_embedder

    nli = open_shipped_nli("personae evaluate judges")
    return Kit(lm=lm, embedder=shipped_embedder(), nli=nli, judges=judges_named(["second"]))


@contextmanager
def _bar() -> Iterator[OnStage]:
    """A bar on stderr for each measure of each set that takes a while."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeRemainingColumn as Left

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Left())
    with Progress(*columns, console=stderr()) as progress:
        task = progress.add_task("", total=None)

        def show(stage: str, done: int, total: int) -> None:
            progress.update(task, description=stage, completed=done, total=total)

        yield show


def _print_set(name: str, rows: Sequence[JudgeRow]) -> None:
    if not rows:
        return
    first = rows[0]
    print_table(
        ("measure", "Spearman", "95 %", "Pearson", "Kendall", "pairs", "systems"),
        [
            (
                row.metric, f"{row.turn['spearman'].value:.3f}", _reach(row.turn["spearman"]),
                f"{row.turn['pearson'].value:.3f}", f"{row.turn['kendall'].value:.3f}",
                f"{row.pairs.value:.3f}" if row.pairs else "",
                f"{row.system['spearman'].value:.2f}" if row.system else "",
            )
            for row in sorted(rows, key=lambda row: -row.turn["spearman"].value)
        ],
        title=f"{name}: {first.replies} replies of {first.systems} systems to {first.contexts} "
        "contexts",
    )  # fmt: skip


def _reach(figure: Figure) -> str:
    return "" if figure.low is None else f"{figure.low:.3f}–{figure.high:.3f}"


def _print_foils(rows: Sequence[FoilRow]) -> None:
    """One line a measure: in what share of the scenes a foil is put before what a person wrote."""
    names = list(dict.fromkeys(row.foil for row in rows))
    lines: dict[str, dict[str, str]] = {}
    for row in rows:
        cell = f"{row.beats:.0%}{' liked' if row.is_liked else ''}"
        lines.setdefault(row.metric, {})[row.foil] = cell
    print_table(
        ("measure", *names),
        [(metric, *(cells.get(name, "") for name in names)) for metric, cells in lines.items()],
        title="Replies that no judge may like: how often they beat what a person wrote",
    )
