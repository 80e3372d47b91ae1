"""The loop in which a person marks the first turn out of bounds of each dialogue."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from personae.cli.output import plain
from personae.data.role import CATEGORIES

if TYPE_CHECKING:
    from personae.data import Role
    from personae.recipes.role_marks import Asked, Marks

KEYS = (
    "enter: in bounds   x: out of bounds (x 1 to x 5 or x NAME: and which category)   "
    "u: undo   s: leave this dialogue out   r: the rules   q: stop, all is kept"
)
Say = Callable[[str], None]


def mark(marks: Marks, total: int, role: Role | None, say: Say) -> None:
    """Ask about turn after turn until all are decided, or until `q` or the end of the input."""
    say(KEYS)
    say("   ".join(f"{number}: {name}" for number, name in enumerate(CATEGORIES, start=1)))
    shown = ""
    while (asked := marks.next()) is not None:
        if asked.dialogue.id != shown:
            say(f"\n— dialogue {asked.number + 1} of {total} ({asked.dialogue.id}) —")
            shown = asked.dialogue.id
        _show(asked, say)
        answer = _answer()
        if answer is None or answer == "q":
            break
        shown = "" if answer == "u" else shown
        _obey(answer, asked, marks, role, say)
    else:
        say("\nAll dialogues are decided.")


def _show(asked: Asked, say: Say) -> None:
    for speaker, text in asked.before:
        say(plain(f"  {speaker}: {text}"))
    turn = asked.dialogue.turns[asked.position]
    say(plain(f"> {turn.speaker}: {turn.text}"))


def _answer() -> str | None:
    """The next line of the input, or None at its end."""
    if sys.stdin.isatty():
        print("? ", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    return line.strip() if line else None


def _obey(answer: str, asked: Asked, marks: Marks, role: Role | None, say: Say) -> None:
    key, _, rest = answer.partition(" ")
    category = _category(rest.strip())
    if key in ("", "y"):
        marks.take(asked, "in")
    elif key == "x" and category is not None:
        marks.take(asked, "out", category)
    elif key == "s":
        marks.take(asked, "skip")
    elif key == "u":
        last = marks.undo()
        say("Nothing to undo." if last is None else f"Undone: {last.verdict}.")
    elif key == "r" and role is not None:
        for rule in role.rules:
            say(plain(f"  {rule.category}: {rule.rule}"))
    else:
        say(KEYS)


def _category(word: str) -> str | None:
    """The category of a number, a name or its beginning; None for anything else."""
    if not word:
        return ""
    if word.isdigit():
        return CATEGORIES[int(word) - 1] if 1 <= int(word) <= len(CATEGORIES) else None
    found = [name for name in CATEGORIES if name.startswith(word.lower())]
    return found[0] if len(found) == 1 else None
