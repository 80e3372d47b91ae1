"""The shipped roles: what somebody who holds one says and does not say (Apache-2.0).

A role is a YAML file; anybody's file of this shape is one: `formats.role_file.read_role(file)`.
"""

from __future__ import annotations

from pathlib import Path

from personae.errors import UnknownEntry
from personae.settings import from_home

FOLDER = Path(__file__).parent
SHIPPED = "shipped"  # in the place of a file's name: what was labelled for the shipped role


def names() -> list[str]:
    """Names of the shipped roles."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def labelled_of(name: str, *, by_people: bool = False) -> tuple[Path, ...]:
    """The files of turns that were labelled for a shipped role; none for any other.

    People wrote those of `NAME.turns.jsonl`, a model those of `NAME.turns.collected.jsonl`.
    """
    if name not in names():
        return ()
    return tuple(
        sorted(FOLDER.glob(f"{name}.turns.jsonl" if by_people else f"{name}.turns*.jsonl"))
    )


def files_of(role: str, named: str, *, by_people: bool = False) -> tuple[Path, ...]:
    """The files that `named` means, with commas between; `shipped`, or nothing: `labelled_of`."""
    names = [name.strip() for name in named.split(",") if name.strip()] or [SHIPPED]
    shipped = labelled_of(role, by_people=by_people)
    return tuple(
        file for name in names for file in (shipped if name == SHIPPED else (from_home(name),))
    )


def path_of(name: str) -> Path:
    """The file of a shipped role. Raises UnknownEntry with the nearest names."""
    if name not in names():
        raise UnknownEntry("role", name, names(), "Give the path of a file for your own.")
    return FOLDER / f"{name}.yaml"
