"""The command line: thin commands, one file each in `commands/`, that call public functions."""

from __future__ import annotations


def main() -> None:
    """Entry point of the `personae` executable."""
    from personae.cli.app import run

    run()
