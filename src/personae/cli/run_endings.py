"""How a command ends whose run was stopped, or in which all answers failed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from personae.evaluate.types import RunState


def refuse_interrupted(state: RunState, folder: Path, what: str = "answers") -> None:
    """End the command with code 130 where its run was stopped, saying how it goes on."""
    if state.interrupted:
        typer.echo(
            f"Interrupted: {state.done - state.failed} of {state.total} {what} are in {folder}. "
            "The same command goes on from there.",
            err=True,
        )
        raise typer.Exit(130)


def refuse_all_failed(state: RunState, folder: Path, what: str = "answers") -> None:
    """Raise PersonaeError, which tells the first failure, where no answer came at all."""
    from personae.errors import PersonaeError

    if state.failed and state.failed == state.total:
        raise PersonaeError(f"All {state.total} {what} failed: {first_failure(folder)}")


def first_failure(folder: Path) -> str:
    """The first sample of a run that failed, and why; empty where none did."""
    from personae.evaluate.record import read_samples

    failed = (sample for sample in read_samples(folder) if sample.error)
    return next((f"{sample.id}: {sample.error}" for sample in failed), "")
