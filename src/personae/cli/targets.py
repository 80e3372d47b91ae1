"""Files that commands are to write: refused before any work is done."""

from __future__ import annotations

from pathlib import Path

from personae.errors import InvalidOption


def refuse_existing(file: Path, force: bool) -> None:
    """Raise InvalidOption for a folder, and for a file that is there unless it is to go."""
    if file.is_dir():
        raise InvalidOption(f"{file} is a folder; name a file in it.")
    if file.exists() and not force:
        raise InvalidOption(f"{file} exists already. Pass --force to replace it.")


def refuse_other_than_svg(plot: Path | None) -> None:
    """Raise InvalidOption for a plot that is no SVG file."""
    if plot is not None and plot.suffix.lower() != ".svg":
        raise InvalidOption(f"The plot is an SVG file: --plot {plot.with_suffix('.svg')}")
