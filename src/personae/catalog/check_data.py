"""What the checks of data sets share: finding a file, and saying what was expected."""

from __future__ import annotations

from pathlib import Path

from personae.catalog.check import CheckContext, CheckFailed, CheckSkipped


def data_file(context: CheckContext, *parts: str) -> Path:
    """A file of the shared data sets. Raises CheckSkipped when it is not there."""
    file = context.datasets_dir.joinpath(*parts)
    if not file.exists():
        raise CheckSkipped(
            f"The data set file {'/'.join(parts)} is not in {context.datasets_dir}; set "
            "PERSONAE_DATA to the folder that has it."
        )
    return file


def expect(holds: bool, message: str) -> None:
    """Raise CheckFailed with what was measured unless it holds."""
    if not holds:
        raise CheckFailed(message)
