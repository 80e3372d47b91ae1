"""How an answer is liked to be: six dimensions, what may be wanted of each, and marks for a text.

The marks are rules that anybody can check with a pencil: no model reads the text. Five levels each,
told in words; S081's rubric has five levels for each dimension, too (arXiv 2510.00177).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from personae.text.sentences import split_sentences

LOWEST, HIGHEST = 1, 5
SHORT_WORDS, LONG_WORDS = 60, 120  # a short answer has at most, a long one more than so many
EXAMPLE_WORDS = (5, 8)  # an example begins to be one, and is a whole one
QUESTION_WORDS = 4

# What may be wanted, by dimension; the first is what anybody writes who was told nothing.
VALUES: Mapping[str, tuple[str, ...]] = {
    "length": ("medium", "short", "long"),
    "steps": ("prose", "numbered"),
    "example": ("without", "with"),
    "formality": ("casual", "formal"),
    "jargon": ("plain", "technical"),
    "check": ("none", "question"),
}

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_NUMBER_MARK = re.compile(r"(?:^|\s)(\d{1,2})[.)](?=\s)")
_BULLET = re.compile(r"^\s*[-*•]\s", re.MULTILINE)
_ORDINAL = re.compile(
    r"\b(?:first|firstly|second|secondly|third|next|then|finally|lastly)\b", re.IGNORECASE
)
_EXAMPLE = re.compile(
    r"\b(?:for example|for instance|e\.g\.|imagine|suppose|say you|picture this|think of)",
    re.IGNORECASE,
)
_LIKENESS = re.compile(r"\b(?:just like|as if|similar to|the same as when)\b", re.IGNORECASE)
_CASUAL = re.compile(
    r"\b(?:it|that|there|here|what|let|you|we|they|i|don|isn|can|won|doesn)['’](?:s|re|ll|ve|d|t|m)\b"
    r"|\b(?:hey|hi|yeah|yep|okay|ok|cool|gonna|wanna|kinda|stuff|guys|no worries|easy peasy)\b|!"
    r"|[\U0001F600-\U0001F64F]",
    re.IGNORECASE,
)
_FORMAL = re.compile(
    r"\b(?:therefore|thus|hence|consequently|accordingly|furthermore|moreover|as follows|"
    r"it follows|is obtained|one obtains|respectively|kindly)\b",
    re.IGNORECASE,
)
_OFFER = re.compile(r"\b(?:let me know|tell me if|ask me|feel free)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a text gets on a dimension, 1–5, and what was counted in it."""

    level: int
    why: str


def mark_of(text: str, dimension: str, value: str, terms: Sequence[str] = ()) -> Mark:
    """How far a text is what is wanted of a dimension; `terms` are the words of the trade.

    A text without a word has the lowest level whatever is wanted. Raises KeyError for a dimension
    or value that does not exist.
    """
    if value not in VALUES[dimension]:
        raise KeyError(f"{dimension} is {', '.join(VALUES[dimension])}, not {value!r}.")
    if not _WORD.search(text):
        return Mark(LOWEST, "no words")
    if dimension == "jargon":
        return _jargon(text, value, terms)
    return _MARKS[dimension](text, value)


def alignment(marks: Iterable[tuple[Mark, float]]) -> float:
    """PrefAlign: the mean level of marks by their weights, 1–5."""
    weighed = [(mark.level * weight, weight) for mark, weight in marks]
    return sum(one for one, _ in weighed) / sum(weight for _, weight in weighed)


def level_words(dimension: str, value: str) -> tuple[str, ...]:
    """What each of the five levels means, lowest first."""
    told = _LEVELS[dimension]
    return told[value] if value in told else tuple(reversed(told[next(iter(told))]))


def words_in(text: str) -> int:
    """How many words a text has; numbers count."""
    return len(_WORD.findall(text))


def _length(text: str, value: str) -> Mark:
    count = words_in(text)
    lowest = {"short": 1, "medium": SHORT_WORDS + 1, "long": LONG_WORDS + 1}[value]
    highest = {"short": SHORT_WORDS, "medium": LONG_WORDS, "long": count}[value]
    off = max(lowest / count, count / max(1, highest), 1.0)
    level = 5 if off <= 1 else 4 if off <= 1.15 else 3 if off <= 1.4 else 2 if off <= 2 else 1
    return Mark(level, f"{count} words")


def _steps(text: str, value: str) -> Mark:
    numbered, bullets = _numbered(text), len(_BULLET.findall(text))
    ordinals = len(_ORDINAL.findall(text))
    if numbered >= 2:
        level, why = 5, f"{numbered} numbered steps"
    elif bullets >= 2:
        level, why = 4, f"{bullets} bullets"
    else:
        level = 3 if ordinals >= 3 else 2 if ordinals == 2 else 1
        why = f"no steps, {ordinals} words of order"
    return Mark(level if value == "numbered" else _turned(level), why)


def _numbered(text: str) -> int:
    """How far the text counts 1., 2., 3. …"""
    found = 0
    for digits in _NUMBER_MARK.findall(text):
        found += int(digits) == found + 1
    return found


def _example(text: str, value: str) -> Mark:
    told = [words_in(one) for one in split_sentences(text) if _EXAMPLE.search(one)]
    if told:
        longest = max(told)
        level = 5 if longest >= EXAMPLE_WORDS[1] else 4 if longest >= EXAMPLE_WORDS[0] else 3
        why = f"an example of {longest} words"
    else:
        level, why = (2, "a likeness") if _LIKENESS.search(text) else (1, "no example")
    return Mark(level if value == "with" else _turned(level), why)


def _formality(text: str, value: str) -> Mark:
    casual, formal = len(_CASUAL.findall(text)), len(_FORMAL.findall(text))
    wanted, other = (formal, casual) if value == "formal" else (casual, formal)
    alone = 5 if wanted >= 2 else 4 if wanted else 3
    level = alone if not other else 2 if wanted else 1
    return Mark(level, f"{casual} casual and {formal} formal turns of phrase")


def _jargon(text: str, value: str, terms: Sequence[str]) -> Mark:
    found = sorted(set(_terms(tuple(terms)).findall(text.lower()))) if terms else []
    level = min(HIGHEST, LOWEST + len(found))
    why = "terms: " + ", ".join(found) if found else "no terms"
    return Mark(level if value == "technical" else _turned(level), why)


@cache
def _terms(terms: tuple[str, ...]) -> re.Pattern[str]:
    """What finds the terms of a trade, each in the singular; longer ones go before their parts."""
    ordered = sorted({one.lower() for one in terms}, key=lambda one: (-len(one), one))
    return re.compile(rf"\b({'|'.join(map(re.escape, ordered))})s?\b")


def _check(text: str, value: str) -> Mark:
    sentences = split_sentences(text)
    if sentences[-1].endswith("?"):
        level = 5 if words_in(sentences[-1]) >= QUESTION_WORDS else 4
        why = "ends with a question"
    elif any(one.endswith("?") for one in sentences):
        level, why = 3, "a question before the end"
    else:
        level, why = (2, "an offer to ask") if _OFFER.search(text) else (1, "no question")
    return Mark(level if value == "question" else _turned(level), why)


def _turned(level: int) -> int:
    return LOWEST + HIGHEST - level


_MARKS: Mapping[str, Callable[[str, str], Mark]] = {
    "length": _length, "steps": _steps, "example": _example, "formality": _formality,
    "check": _check,
}  # fmt: skip
_OFF = (
    "more than twice off", "up to twice off", "up to 40 % off", "up to 15 % off",
)  # fmt: skip
# By the value that is described; the other value of a dimension of two has the same, turned round.
_LEVELS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "length": {
        "short": (*_OFF, f"at most {SHORT_WORDS} words"),
        "medium": (*_OFF, f"{SHORT_WORDS + 1} to {LONG_WORDS} words"),
        "long": (*_OFF, f"more than {LONG_WORDS} words"),
    },
    "steps": {
        "numbered": (
            "no order", "two words of order (first, then)", "three words of order", "bullets",
            "numbered from 1",
        ),
    },
    "example": {
        "with": (
            "none", "a likeness", f"announced in fewer than {EXAMPLE_WORDS[0]} words",
            f"in {EXAMPLE_WORDS[0]} to {EXAMPLE_WORDS[1] - 1} words",
            f"in {EXAMPLE_WORDS[1]} words or more",
        ),
    },
    "formality": {
        "formal": (
            "casual alone", "both", "neither", "one formal turn, none casual",
            "two or more formal turns, none casual",
        ),
        "casual": (
            "formal alone", "both", "neither", "one casual turn, none formal",
            "two or more casual turns, none formal",
        ),
    },
    "jargon": {
        "technical": ("no term", "one term", "two terms", "three terms", "four terms or more"),
    },
    "check": {
        "question": (
            "no question", "an offer to ask", "a question before the end",
            f"ends with one of fewer than {QUESTION_WORDS} words", "ends with a question",
        ),
    },
}  # fmt: skip

# How a dimension is asked for, each in a message of its own.
QUESTIONS: Mapping[str, str] = {
    "length": "Do you want a short answer or a long one?",
    "steps": "Do you want the steps numbered, or all in one text?",
    "example": "Do you want an example with it?",
    "formality": "Should I sound formal or casual?",
    "jargon": "Should I use technical words or plain ones?",
    "check": "Should I end with a question that checks whether you followed?",
}
