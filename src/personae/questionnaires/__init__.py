"""The shipped questionnaires: one file each; `SOURCE.md` says where the statements are from."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Names of the shipped questionnaires."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def path_of(name: str) -> Path:
    """The file of a shipped questionnaire."""
    return FOLDER / f"{name}.yaml"
