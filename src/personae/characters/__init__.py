"""The shipped characters: one card a file, all original and ours to share (Apache-2.0)."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """Names of the shipped characters."""
    return sorted(file.stem for file in FOLDER.glob("*.yaml"))


def path_of(name: str) -> Path:
    """The card file of a shipped character."""
    return FOLDER / f"{name}.yaml"


def summaries() -> dict[str, str]:
    """One line about each, from the comment that a card's file begins with; no YAML parsing."""
    lines: dict[str, str] = {}
    for name in names():
        with path_of(name).open(encoding="utf-8") as file:
            lines[name] = file.readline().lstrip("# ").strip()
    return lines
