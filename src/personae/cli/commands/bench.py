"""Run a benchmark: methods on a model, beside baselines that need none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.bench_tables import bench_dict, print_bench, refuse_failed_metrics
from personae.cli.names import names_in
from personae.cli.output import print_json
from personae.cli.progress import ReplyProgress
from personae.cli.run_endings import refuse_all_failed, refuse_interrupted
from personae.cli.ways import Way, open_model_for, ways_named

if TYPE_CHECKING:
    from personae.evaluate.bench import Asking
    from personae.evaluate.types import RunSettings

app = typer.Typer(add_completion=False)


@app.command()
def bench(
    name: Annotated[str, typer.Argument(help="See `personae list benchmarks`.")],
    out: Annotated[Path, typer.Option("--out", help="The folder of the runs.")],
    methods: Annotated[
        str,
        typer.Option("--method", help="Names with commas, options after colons; empty: none."),
    ] = "plain",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="So many questions, spread over all.")
    ] = None,
    option: Annotated[
        list[str] | None, typer.Option("-o", "--option", help="name=value, of the benchmark.")
    ] = None,
    nobody: Annotated[
        bool, typer.Option("--no-persona", help="Ask the first method without the persona, too.")
    ] = False,
    judge: Annotated[
        str, typer.Option("--judge", help="The model that metrics ask which need one.")
    ] = "",
    metrics: Annotated[
        str, typer.Option("--metrics", help="Others than the benchmark's own, with commas.")
    ] = "",
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=256, help="Questions answered at once.")
    ] = 8,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same answers.")] = 0,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the report as one page, too.")
    ] = None,
    restart: Annotated[
        bool, typer.Option("--restart", help="Throw away what the folders hold of runs.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Answer a benchmark's questions and measure the answers. The same command resumes it."""
    from personae.cli.judging import judging_kit
    from personae.evaluate.bench import ask_baseline, bench_report, open_benchmark
    from personae.evaluate.page import report_page
    from personae.evaluate.score import write_scores
    from personae.registry import parse_options

    asking = open_benchmark(name, parse_options(option or []), limit)
    measures = tuple(names_in(metrics)) or asking.benchmark.metrics
    settings = asking.settings(seed=seed, limit=limit)
    ways = ways_named(methods) if methods.strip() else []
    folders = _answered(
        asking, ways, out, settings, model=model, nobody=nobody, workers=workers, restart=restart
    )
    for baseline in asking.benchmark.baselines:
        folder = out / f"baseline-{baseline}"
        ask_baseline(asking, baseline, folder, settings, restart=restart)
        folders.append(folder)
    with judging_kit(measures, judge, seed) as kit:
        found = bench_report(folders, measures, asking.benchmark.metric_options, kit)
    if as_json:
        print_json(bench_dict(found))
    else:
        print_bench(found, f"{asking.name} {asking.benchmark.version}: {asking.benchmark.source}")
    write_scores(found.whole)
    if html is not None:
        html.write_text(report_page(found), encoding="utf-8")
        typer.echo(f"The page is {html}.", err=True)
    refuse_failed_metrics(found.whole)


def _answered(
    asking: Asking, ways: list[Way], out: Path, settings: RunSettings, *, model: str, nobody: bool,
    workers: int, restart: bool,
) -> list[Path]:  # fmt: skip
    """The folders of the methods' runs, once they are whole."""
    from personae.cli.opening import open_speaker
    from personae.evaluate.bench import NOBODY, ask_speaker

    if not ways:
        return []
    lm = open_model_for(ways, model)
    asked = [(way, way.name, False) for way in ways]
    if nobody:
        asked.append((ways[0], NOBODY, True))
    folders: list[Path] = []
    try:
        for way, label, is_nobody in asked:
            speaker = open_speaker(
                lm, way.method, dict(way.options), seed=settings.seed, replayable=True
            )
            with ReplyProgress(label) as progress:
                state = ask_speaker(
                    asking, speaker, out / label, settings, is_nobody=is_nobody, workers=workers,
                    restart=restart, on_progress=progress.show,
                )  # fmt: skip
            refuse_interrupted(state, out / label)
            refuse_all_failed(state, out / label)
            folders.append(out / label)
    finally:
        lm.close()
    return folders
