"""Options with letters before them, and which of them an answer names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from string import ascii_uppercase

LETTERS = ascii_uppercase
_WHOLE = re.compile(r"\W*([A-Z])\W*", re.IGNORECASE)
_ANSWER_IS = re.compile(r"\banswer(?: is)?\W{0,5}\(?([A-Z])\b", re.IGNORECASE)
_LEADING = re.compile(r"\(?([A-Z])[).:]")
_CLOSED = re.compile(r"\(([A-Z])\)")


def with_letters(question: str, options: Sequence[str]) -> str:
    """The question, each option on a line with its letter, and what is to be answered."""
    lines = [f"{LETTERS[at]}) {option}" for at, option in enumerate(options)]
    return "\n".join([question, *lines, "Answer with the letter alone."])


def read_letter(answer: str, options: Sequence[str]) -> int | None:
    """The position of the option that an answer names; None where it names none, or several.

    A letter alone, then "the answer is B", then "(B)" anywhere, then "B)" at the start, then the
    whole text of one option.
    """
    text = answer.strip()
    for found in (_WHOLE.fullmatch(text), _ANSWER_IS.search(text)):
        if found is not None:
            return _position(found[1], options)
    if closed := {_position(letter, options) for letter in _CLOSED.findall(text)}:
        return closed.pop() if len(closed) == 1 else None
    if (leading := _LEADING.match(text)) is not None:
        return _position(leading[1], options)
    told = {at for at, option in enumerate(options) if option.lower() in text.lower()}
    return told.pop() if len(told) == 1 else None


def _position(letter: str, options: Sequence[str]) -> int | None:
    at = LETTERS.index(letter.upper())
    return at if at < len(options) else None
