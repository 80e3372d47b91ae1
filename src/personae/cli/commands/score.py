"""Score runs: metrics with confidence intervals, and differences between runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from personae.cli.bench_tables import refuse_failed_metrics
from personae.cli.output import print_json
from personae.cli.report import print_report

app = typer.Typer(add_completion=False)


@app.command()
def score(
    runs: Annotated[list[Path], typer.Argument(help="Folders made by `personae reply`.")],
    metrics: Annotated[
        str,
        typer.Option(
            "--metrics",
            help="As bleu,c-score,c-score@second; see `personae list metrics`.",
        ),
    ] = "",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="metric.name=value, as bleu.tokenize=intl.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The seed of the intervals.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score one run, or several against the first. Writes scores.json into each folder."""
    from personae.cli.opening import embedder_for, judges_named, nli_for
    from personae.evaluate.score import (
        judges_of,
        metric_entries,
        report_dict,
        score_runs,
        write_scores,
    )
    from personae.registry import parse_options

    names = [name.strip() for name in metrics.split(",") if name.strip()]
    asked = metric_entries(names)
    report = score_runs(
        runs,
        names,
        options=parse_options(option or []),
        seed=seed,
        embedder=next((embedder_for(entry) for entry in asked if entry.info.embedder), None),
        nli=next((nli_for(entry) for entry in asked if entry.info.nli), None),
        judges=judges_named(judges_of(names)),
    )
    # Printed first: a run on a full or read-only disk can still be scored, though not kept.
    if as_json:
        print_json(report_dict(report))
    else:
        print_report(report)
    write_scores(report)
    refuse_failed_metrics(report)
