"""First-person statements that a persona may be extended by: written for this project, Apache-2.0.

Everyday facts about work, home, family, food, free time and the like, one a line, each harmless and
true of many people. Several contradict each other on purpose: a pool holds alternatives.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "everyday.txt"


@cache
def everyday() -> tuple[str, ...]:
    """The shipped pool, in the order of its file."""
    lines = FILE.read_text("utf-8").splitlines()
    return tuple(line for line in lines if line and not line.startswith("#"))
