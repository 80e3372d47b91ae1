"""Compare runs of the same questions: differences, significance, effect sizes, one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from personae.cli.bench_tables import bench_dict, print_bench, refuse_failed_metrics
from personae.cli.names import names_in
from personae.cli.output import print_json

app = typer.Typer(add_completion=False)


@app.command()
def compare(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs; the first is the baseline.")],
    metrics: Annotated[
        str, typer.Option("--metrics", help="With commas; default: the benchmark's own.")
    ] = "",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="metric.name=value, as bleu.tokenize=intl.")
    ] = None,
    judge: Annotated[
        str, typer.Option("--judge", help="The model that metrics ask which need one.")
    ] = "",
    seed: Annotated[int, typer.Option("--seed", min=0, help="The seed of the intervals.")] = 0,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report as one page, too.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Measure runs of the same questions and compare them, sample by sample, with the first."""
    from personae.cli.judging import judging_kit
    from personae.evaluate.bench import bench_report
    from personae.evaluate.page import report_page
    from personae.evaluate.record import read_run
    from personae.evaluate.score import default_metrics
    from personae.registry import parse_options

    record = read_run(runs[0])
    known = record.get("benchmark")
    own = known if isinstance(known, dict) else {}
    names = tuple(names_in(metrics))
    names = names or tuple(own.get("metrics") or default_metrics())
    options = {**(own.get("metric_options") or {}), **parse_options(option or [])}
    with judging_kit(names, judge, seed) as kit:
        found = bench_report(runs, names, options, kit)
    if as_json:
        print_json(bench_dict(found))
    else:
        print_bench(found, "")
    if html is not None:
        html.write_text(report_page(found), encoding="utf-8")
        typer.echo(f"The page is {html}.", err=True)
    refuse_failed_metrics(found.whole)
