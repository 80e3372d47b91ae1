"""Score runs: metrics with confidence intervals, and differences between runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from personae.cli.bench_tables import refuse_failed_metrics
from personae.cli.names import names_in
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
    judge: Annotated[
        str, typer.Option("--judge", help="The model that metrics ask which need one.")
    ] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="The seed of the intervals.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Score one run, or several against the first. Writes scores.json into each folder."""
    from personae.cli.judging import judging_kit
    from personae.evaluate.score import report_dict, score_runs, write_scores
    from personae.registry import parse_options

    names = names_in(metrics)
    with judging_kit(names, judge, seed) as kit:
        report = score_runs(
            runs,
            names,
            options=parse_options(option or []),
            seed=seed,
            lm=kit.lm,
            embedder=kit.embedder,
            nli=kit.nli,
            judges=kit.judges,
        )
    # Printed first: a run on a full or read-only disk can still be scored, though not kept.
    if as_json:
        print_json(report_dict(report))
    else:
        print_report(report)
    write_scores(report)
    refuse_failed_metrics(report)
