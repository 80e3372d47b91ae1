"""Evaluate methods: do they stay consistent with the persona, and at what price."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import print_json, print_table
from personae.cli.progress import ReplyProgress
from personae.cli.report import print_report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from personae.data import Dialogue
    from personae.evaluate.latency import Latency
    from personae.evaluate.score import Report
    from personae.evaluate.types import RunSettings, RunState
    from personae.lm.types import LanguageModel

app = typer.Typer(add_completion=False)

METRICS = ("contradiction-rate", "c-score", "word-f1", "rouge-l", "distinct-2", "length")


@app.callback()
def evaluate() -> None:
    """Evaluate methods on one question: runs, figures with intervals, paired differences."""


@app.command()
def consistency(
    out: Annotated[Path, typer.Option("--out", help="The folder of the runs.")],
    data: Annotated[
        str, typer.Option("--data", help="Dialogues with personas, here or below $PERSONAE_DATA.")
    ] = "xpersona/En_persona_test.json",
    format_: Annotated[str, typer.Option("--format", help="Detected if not given.")] = "",
    methods: Annotated[
        str, typer.Option("--methods", help="Names with commas; the first is the baseline.")
    ] = "plain,guard",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Test turns.")] = 300,
    probes: Annotated[int, typer.Option("--probes", min=1, help="Probing questions.")] = 300,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=256, help="Above 1 the latency includes waiting.")
    ] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compare methods on test turns and on questions about each statement of the personas.

    The same command goes on where it was interrupted. Each part of each method is a run below OUT.
    """
    from personae.cli.opening import open_named_model
    from personae.errors import InvalidOption
    from personae.evaluate.latency import latency_of
    from personae.evaluate.probes import probes as probes_of
    from personae.evaluate.record import data_digest
    from personae.evaluate.score import report_dict
    from personae.evaluate.types import RunSettings
    from personae.formats.reading import detect, find_data, read_dialogues, write_dialogues
    from personae.registry import find

    names = [find("method", name.strip()).name for name in methods.split(",") if name.strip()]
    if not names:
        raise InvalidOption("Name at least one method: --methods plain,guard")
    source = find_data(data)
    known = (find("format", format_) if format_ else detect(source)).name
    dialogues = tuple(read_dialogues(source, known))
    asked = tuple(probes_of(dialogues))
    out.mkdir(parents=True, exist_ok=True)
    probes_file = out / "probes.jsonl"
    write_dialogues(asked, probes_file)
    lm = open_named_model(model, slots=1)
    base = RunSettings(
        data_path=data, data_sha256=data_digest(source), data_format=known, method="",
        model=lm.name, fingerprint=lm.fingerprint, seed=seed, limit=limit,
    )  # fmt: skip
    probing = replace(
        base, data_path=str(probes_file), data_sha256=data_digest(probes_file),
        data_format="dialogues", limit=probes,
    )  # fmt: skip
    try:
        for name in names:
            _run(lm, name, dialogues, out / f"{name}-turns", base, workers)
            _run(lm, name, asked, out / f"{name}-probes", probing, workers)
    finally:
        lm.close()
    turns = _scored([out / f"{name}-turns" for name in names], seed)
    probed = _scored([out / f"{name}-probes" for name in names], seed)
    spent = {name: latency_of(out / f"{name}-turns") for name in names}
    if as_json:
        print_json(
            {
                "turns": report_dict(turns),
                "probes": report_dict(probed),
                "latency": {name: asdict(one) for name, one in spent.items()},
            }
        )
        return
    print_report(turns, f"Test turns of {data}")
    print_report(probed, "Questions about statements of the personas")
    _print_latency(spent)


def _run(
    lm: LanguageModel,
    method: str,
    dialogues: Iterable[Dialogue],
    out: Path,
    settings: RunSettings,
    workers: int,
) -> RunState:
    """One method on one part. Ctrl-C ends the command; the next one goes on from there."""
    from personae.cli.opening import open_speaker
    from personae.evaluate.run import reply_run

    speaker = open_speaker(lm, method, {}, seed=settings.seed, replayable=True)
    with ReplyProgress(out.name) as progress:
        state = reply_run(
            dialogues,
            speaker,
            out,
            replace(settings, method=speaker.method, options=speaker.options),
            workers=workers,
            on_progress=progress.show,
        )
    if state.interrupted:
        typer.echo(f"Interrupted: {state.done} of {state.total} replies are in {out}.", err=True)
        raise typer.Exit(130)
    return state


def _print_latency(spent: dict[str, Latency]) -> None:
    base = next(iter(spent.values())).total_s or 1.0
    print_table(
        ("method", "mean s a reply", "of the first method's"),
        [(name, f"{one.total_s:.3f}", f"{one.total_s / base:.2f}") for name, one in spent.items()],
        title="Latency on the test turns, without the prompt cache",
    )


def _scored(folders: list[Path], seed: int) -> Report:
    from personae.cli.opening import nli_for
    from personae.evaluate.score import score_runs, write_scores
    from personae.registry import find

    nli = nli_for(find("metric", "contradiction-rate"))
    report = score_runs(folders, METRICS, seed=seed, nli=nli)
    write_scores(report)
    return report
