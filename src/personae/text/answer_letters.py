"""Which letter a written answer gives: the published cascades of three studies of personas.

Each takes the answer and how many options there are, and returns the letter, or None where the
cascade finds none. They differ, and so do the accuracies that they make of the same answers;
`text.lettered` is the harness's own reader.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import Literal, TypeAlias

from personae.text.lettered import LETTERS

Cascade = Literal["persona-effect", "principled", "bias"]
Reader: TypeAlias = Callable[[str, int], str | None]

_ANSWER_IS = re.compile(r"answer is:?\s*(.*)", re.IGNORECASE)
_BRACKETED = re.compile(r"\(([a-z])\)", re.IGNORECASE | re.ASCII)
_DIGIT = re.compile(r"\b[0-5]\b", re.ASCII)


def persona_effect_letter(answer: str, options: int) -> str | None:
    """S052: the whole answer, "B is correct", "B is the answer", "B." or "B)", then the commonest.

    Luz de Araujo & Roth 2024, compute_results.py. Their default without a letter, A, is left to
    the caller.
    """
    text, one = answer.strip(), _range(options)
    patterns = (
        rf"^([{one}])$", rf"([{one}])(?= is (?:the )*correct)", rf"([{one}])(?= is the answer)",
        rf"([{one}])[.,\n)]",
    )  # fmt: skip
    return _first(text, patterns) or _commonest(text, one)


def principled_letter(answer: str, options: int) -> str | None:
    """S074: boxed, "(B) is correct", "(B) is the answer", "answer is (B)", the letter alone, "(B)".

    Luz de Araujo et al. 2025, utils/answer_extraction.py; newlines, "#" and ":" go first.
    """
    text = re.sub(r"[#:]", "", re.sub(r"\n+", " ", answer.strip()))
    one = _range(options)
    patterns = (
        rf"\\boxed\{{([{one}])\}}", rf"\(([{one}])\)(?= is (?:the )*correct)",
        rf"\(([{one}])\)(?= is the (?:answer|solution))", rf"(?<=answer is )\(([{one}])\)",
        rf"(?<=solution is )\(([{one}])\)", rf"(?<=Answer )\(([{one}])\)", rf"^([{one}])$",
    )  # fmt: skip
    if (letter := _first(text, patterns)) is not None:
        return letter
    bracketed = re.findall(rf"\(([{one}])\)", text)
    return _most(bracketed) if bracketed else _commonest(text, one)


def bias_letter(answer: str, options: int) -> str | None:
    """S106: what follows the last "answer is", else all; in that the first letter in brackets.

    Gupta et al. 2024, persona/evaluators/mmlu.py. A letter that is no option is an answer, and
    wrong: only its absence is an abstention.
    """
    told = _ANSWER_IS.findall(answer)
    found = _BRACKETED.search(told[-1] if told else answer)
    return found[1].upper() if found else None


def rating(answer: str) -> int | None:
    """S052's Likert digit: the commonest of 0 to 5 that stands alone, 0 counting as 1."""
    digits = _DIGIT.findall(answer)
    return max(1, int(_most(digits))) if digits else None


def reader_of(cascade: Cascade) -> Reader:
    """The reader of a cascade's name."""
    return {
        "persona-effect": persona_effect_letter, "principled": principled_letter,
        "bias": bias_letter,
    }[cascade]  # fmt: skip


def _range(options: int) -> str:
    return f"A-{LETTERS[max(1, min(options, len(LETTERS))) - 1]}"


def _first(text: str, patterns: Sequence[str]) -> str | None:
    """What the first pattern that occurs holds."""
    found = (_compiled(pattern).search(text) for pattern in patterns)
    return next((match[1] for match in found if match), None)


def _commonest(text: str, one: str) -> str | None:
    """The commonest capital that follows no letter or dot, before a dot, a bracket or a space."""
    letters = _compiled(rf"(?<![A-Za-z.])([{one}])[.) ]").findall(text)
    return _most(letters) if letters else None


def _most(letters: Sequence[str]) -> str:
    """The commonest, the earlier of equals."""
    return Counter(letters).most_common(1)[0][0]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
