"""The shipped skills: for each a description, shots, and held-out dialogues (Apache-2.0).

A skill is a folder with `skill.yaml`, `shots.jsonl` and, for the check of the skill selector,
`heldout.jsonl`. Anybody's folder of this shape is a skill: `read_skill(folder)`.
"""

from __future__ import annotations

from pathlib import Path

from personae.errors import UnknownEntry

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Names of the shipped skills."""
    return sorted(file.parent.name for file in FOLDER.glob("*/skill.yaml"))


def path_of(name: str) -> Path:
    """The folder of a shipped skill. Raises UnknownEntry with the nearest names."""
    if name not in names():
        raise UnknownEntry("skill", name, names())
    return FOLDER / name
