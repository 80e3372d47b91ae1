"""Make a run again from its record alone, and say how many samples came out the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from personae.cli.output import plain, print_json
from personae.cli.progress import ReplyProgress
from personae.cli.run_endings import refuse_interrupted

if TYPE_CHECKING:
    from collections.abc import Callable

    from personae.evaluate.rerun import Alike, Recorded
    from personae.evaluate.types import OnProgress, RunSettings, RunState
    from personae.speaker import Speaker

    Answer = Callable[[Speaker, RunSettings, OnProgress], RunState]

app = typer.Typer(add_completion=False)
_LISTED = 5


@app.command()
def rerun(
    run: Annotated[Path, typer.Argument(help="A folder made by `personae reply` or `bench`.")],
    out: Annotated[Path, typer.Option("--out", help="The folder of the new run.")],
    model: Annotated[
        str, typer.Option("--model", help="The same model, where its name has changed.")
    ] = "",
    data: Annotated[
        str, typer.Option("--data", help="The same file in another folder, where it was moved.")
    ] = "",
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=256, help="Questions answered at once.")
    ] = 8,
    restart: Annotated[
        bool, typer.Option("--restart", help="Throw away what the folder holds of a run.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask again what run.json says was asked; the same command resumes it. Changes are refused."""
    from personae import __version__
    from personae.errors import InvalidOption
    from personae.evaluate.rerun import alike, recorded_in

    if out.resolve() == run.resolve():
        raise InvalidOption(f"{out} is the run itself. Name another folder with --out.")
    recorded = recorded_in(run)
    if recorded.personae != __version__:
        typer.echo(f"The run was made by personae {recorded.personae}; this is {__version__}.",
                   err=True)  # fmt: skip
    state = _made(recorded, out, model=model, data=data, workers=workers, restart=restart)
    refuse_interrupted(state, out)
    found = alike(run, out)
    if as_json:
        print_json({"run": str(run), "out": str(out), **found.to_dict()})
    else:
        for line in _told(found, run):
            typer.echo(plain(line))


def _made(
    recorded: Recorded, out: Path, *, model: str, data: str, workers: int, restart: bool
) -> RunState:
    """Have the run made, in its own way."""
    from personae.evaluate.bench import ask_baseline, ask_speaker
    from personae.evaluate.rerun import asking_of, dialogues_of
    from personae.evaluate.run import reply_run

    known = recorded.benchmark
    if known is None:
        dialogues, settings = dialogues_of(recorded, data)

        def reply(speaker: Speaker, told: RunSettings, show: OnProgress) -> RunState:
            return reply_run(
                dialogues, speaker, out, told, workers=workers, restart=restart, on_progress=show
            )

        return _asked(recorded, model, settings, reply)
    asking, settings = asking_of(recorded, known)
    if recorded.baseline:
        return ask_baseline(asking, recorded.baseline, out, settings, restart=restart)

    def answer(speaker: Speaker, told: RunSettings, show: OnProgress) -> RunState:
        return ask_speaker(
            asking, speaker, out, told, is_nobody=known.persona == "none", workers=workers,
            restart=restart, on_progress=show,
        )  # fmt: skip

    return _asked(recorded, model, settings, answer)


def _asked(recorded: Recorded, model: str, settings: RunSettings, answer: Answer) -> RunState:
    """Open the model, which must be the one of the record, and let it answer."""
    from dataclasses import replace

    from personae.cli.opening import open_named_model, open_speaker
    from personae.evaluate.rerun import refuse_changes

    lm = open_named_model(model or recorded.model.name, slots=1, method=recorded.method)
    try:
        refuse_changes(
            {"fingerprint of the model": recorded.model.fingerprint},
            {"fingerprint of the model": lm.fingerprint},
        )
        speaker = open_speaker(
            lm, recorded.method, recorded.options, seed=recorded.seed, replayable=True
        )
        told = replace(
            settings, method=speaker.method, options=speaker.options, model=lm.name,
            fingerprint=lm.fingerprint,
        )  # fmt: skip
        with ReplyProgress() as progress:
            return answer(speaker, told, progress.show)
    finally:
        lm.close()


def _told(found: Alike, run: Path) -> list[str]:
    lines = [f"{found.same} of {found.total} samples are the same to the byte as in {run}."]
    if found.same_reply > found.same:
        lines.append(f"{found.same_reply} have the same reply.")
    for word, names in (("differ", found.different), ("are in one run only", found.missing)):
        if names:
            more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            lines.append(f"{len(names)} {word}: {', '.join(names[:_LISTED])}{more}.")
    return lines
