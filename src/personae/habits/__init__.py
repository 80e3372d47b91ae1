"""Habits that ship: written for this project, Apache-2.0.

What usually happens in fourteen everyday habits, in the text form of `text.habits`. Each names the
statement that it unfolds, so that it serves only personas that have such a statement.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from personae.text.habits import Habit, parse_habits
from personae.text.parsing import Place, read_text

FILE = Path(__file__).parent / "everyday.txt"
FILE_LIMIT_BYTES = 8 * 2**20


@cache
def everyday() -> tuple[Habit, ...]:
    """The shipped habits, in the order of their file."""
    return read_habits(FILE)


def read_habits(file: Path) -> tuple[Habit, ...]:
    """The habits of a file. Raises FormatError with the line that is wrong."""
    return parse_habits(read_text(file, FILE_LIMIT_BYTES), Place(file))
