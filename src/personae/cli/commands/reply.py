"""Reply to every test turn of a data set, and keep the replies as a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from personae.cli.output import plain, print_json
from personae.cli.progress import ReplyProgress
from personae.cli.run_endings import first_failure, refuse_all_failed, refuse_interrupted
from personae.errors import InvalidOption

if TYPE_CHECKING:
    from personae.evaluate.types import RunSettings, RunState

app = typer.Typer(add_completion=False)


@app.command()
def reply(
    data: Annotated[str, typer.Argument(help="A file of dialogues, here or below $PERSONAE_DATA.")],
    out: Annotated[Path, typer.Option("--out", help="The folder of the run.")],
    format_: Annotated[
        str, typer.Option("--format", help="See `personae list formats`; detected if not given.")
    ] = "",
    method: Annotated[str, typer.Option("--method", help="See `personae list methods`.")] = "plain",
    model: Annotated[str, typer.Option("--model", help="See `personae models`.")] = "",
    option: Annotated[
        list[str] | None, typer.Option("--option", help="name=value, an option of the method.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Only the first N test turns.")
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=256, help="Replies made at once.")
    ] = 8,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Same seed, same replies.")] = 0,
    restart: Annotated[
        bool, typer.Option("--restart", help="Throw away what the folder holds of a run.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Reply to every test turn with the gold history. The same command resumes a stopped run."""
    from personae.cli.opening import open_named_model, open_speaker
    from personae.evaluate.record import data_digest
    from personae.evaluate.run import reply_run
    from personae.evaluate.types import RunSettings
    from personae.formats.reading import detect, find_data, read_dialogues
    from personae.registry import find, parse_options

    if out.exists() and not out.is_dir():
        raise InvalidOption(f"{out} is a file. Name a folder for the run with --out.")
    source = find_data(data)
    known_format = find("format", format_) if format_ else detect(source)
    method_name = find("method", method).name
    options = parse_options(option or [])
    # Replayable requests run one at a time in the embedded engine: more slots only cost memory.
    lm = open_named_model(model, slots=1, method=method_name)
    try:
        speaker = open_speaker(lm, method_name, options, seed=seed, replayable=True)
        settings = RunSettings(
            data_path=data,
            data_sha256=data_digest(source),
            data_format=known_format.name,
            method=speaker.method,
            model=lm.name,
            fingerprint=lm.fingerprint,
            options=speaker.options,
            seed=seed,
            limit=limit,
        )
        with ReplyProgress() as progress:
            state = reply_run(
                read_dialogues(source, known_format.name),
                speaker,
                out,
                settings,
                workers=workers,
                restart=restart,
                on_progress=progress.show,
            )
    finally:
        lm.close()
    _conclude(state, out, settings, as_json=as_json)


def _conclude(state: RunState, out: Path, settings: RunSettings, *, as_json: bool) -> None:
    if as_json:
        print_json(_summary(state, out, settings))
    refuse_interrupted(state, out, "replies")
    refuse_all_failed(state, out, "replies")
    if state.failed:
        typer.echo(
            f"{state.failed} of {state.total} replies failed; the same command asks for them "
            f"again. The first: {plain(first_failure(out))}",
            err=True,
        )
    if not as_json:
        typer.echo(f"{state.done - state.failed} of {state.total} replies are in {out}.", err=True)
        typer.echo(f"Score them with: personae score {out}", err=True)


def _summary(state: RunState, out: Path, settings: RunSettings) -> dict[str, Any]:
    from personae.evaluate.record import without_url_secrets

    return {
        "out": str(out),
        "method": settings.method,
        "model": without_url_secrets(settings.model),
        "format": settings.data_format,
        "samples": state.total,
        "replied": state.done - state.failed,
        "failed": state.failed,
        "resumed": state.resumed,
        "interrupted": state.interrupted,
    }
