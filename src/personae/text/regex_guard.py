"""Searching with a stranger's regular expression without the risk of hanging.

Python's `re` backtracks and cannot be stopped, so the cost is bounded before the search: from the
parsed pattern and the text at hand follows how many steps the search can take at most. A pattern
whose bound exceeds the budget is tried on less of the text's end, and refused where even
`MIN_WINDOW` characters cost too much: `(a+)+`, `(\\w\\d?)*x` and the like.
"""

from __future__ import annotations

import importlib
import math
import re
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

MAX_PATTERN_CHARS = 1_000
MAX_WINDOW = 8_000  # characters at the end of the text that are searched
MIN_WINDOW = 200
BUDGET_STEPS = 10_000_000  # one search: well under a second even where the bound is reached

_SLASHED = re.compile(r"/(.*)/([a-z]*)", re.DOTALL)
_NAMED_GROUP = re.compile(r"\(\?<(?![=!])")
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}
_CATEGORIES: dict[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda char: char.isalnum() or char == "_",
}


def search(
    pattern: str, text: str, *, ignore_case: bool = True, budget: float = BUDGET_STEPS
) -> tuple[bool, float]:
    """Whether `text` (its end, if it is long) matches, and the steps this may have cost at most.

    `pattern` is an expression, or `/expression/flags` as in JavaScript. Invalid expressions and
    those that cost more than `budget` do not match, and cost nothing.
    """
    compiled, tree = _compiled(pattern, ignore_case)
    if compiled is None:
        return False, 0.0
    window = text[-MAX_WINDOW:]
    while True:
        cost = len(window) * _cost(tree, _Window(window, compiled.flags))[0]
        if cost <= budget:
            return compiled.search(window) is not None, cost
        if len(window) <= MIN_WINDOW:
            return False, 0.0
        window = window[-(len(window) // 2) :]


def fault_of(pattern: str) -> str:
    """Why a pattern is never matched, or an empty string if it is fine."""
    compiled, tree = _compiled(pattern, True)
    if compiled is None:
        return "it is not a regular expression"
    run = MIN_WINDOW // 4
    worst = _Window("a" * run + "0" * run + " " * run + "." * run, compiled.flags)
    if MIN_WINDOW * _cost(tree, worst)[0] > BUDGET_STEPS:
        return "it could take too long: quantifiers within quantifiers"
    return ""


def is_slashed(key: str) -> bool:
    """Whether a lorebook key is written as `/expression/flags`."""
    return len(key) > 2 and _SLASHED.fullmatch(key) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str, ignore_case: bool) -> tuple[re.Pattern[str] | None, Any]:
    slashed = _SLASHED.fullmatch(pattern)
    flags = re.IGNORECASE if ignore_case and slashed is None else re.NOFLAG
    if slashed is not None:
        pattern = slashed[1]
        for letter in slashed[2]:
            flags |= _FLAGS.get(letter, re.NOFLAG)
    if not 0 < len(pattern) <= MAX_PATTERN_CHARS:
        return None, None
    pattern = _NAMED_GROUP.sub("(?P<", pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set" is the author's business
            tree = importlib.import_module("re._parser").parse(pattern, int(flags))
            return re.compile(pattern, flags), tree
    except (re.error, RecursionError, OverflowError, ValueError, ImportError, AttributeError):
        return None, None


class _Window:
    """The text to search: how long its runs of certain characters are."""

    def __init__(self, text: str, flags: int) -> None:
        self.text, self.flags = text, flags
        self.alphabet = set(text)
        self.runs: dict[str, int] = {}

    def longest_run(self, item: Any) -> int:
        """The longest run of characters that the single-character `item` admits."""
        key = repr(item)
        if key not in self.runs:
            admitted = {char for char in self.alphabet if self._admits(item, char)}
            self.runs[key] = _longest(self.text, admitted)
        return self.runs[key]

    def _admits(self, item: Any, char: str) -> bool:
        if self.flags & re.IGNORECASE:
            return any(_admits(item, form, self.flags) for form in _case_forms(char))
        return _admits(item, char, self.flags)


def _case_forms(char: str) -> set[str]:
    return {char, char.lower(), char.upper(), char.casefold(), char.swapcase()}


def _longest(text: str, admitted: set[str]) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if char in admitted else 0
        longest = max(longest, run)
    return longest


def _admits(item: Any, char: str, flags: int) -> bool:
    """Whether one parsed single-character item admits `char`; unsure means yes."""
    name, value = str(item[0]), item[1]
    if name == "LITERAL":
        return char == chr(value)
    if name == "NOT_LITERAL":
        return char != chr(value)
    if name == "ANY":
        return bool(flags & re.DOTALL) or char != "\n"
    if name == "RANGE":
        return bool(value[0] <= ord(char) <= value[1])
    if name == "CATEGORY":
        category = str(value)
        test = _CATEGORIES.get(category.replace("_NOT_", "_"))
        return True if test is None else test(char) != ("_NOT_" in category)
    if name == "IN":
        members = [part for part in value if str(part[0]) != "NEGATE"]
        is_negated = len(members) < len(value)
        return any(_admits(part, char, flags) for part in members) is not is_negated
    return True


_SINGLE = ("LITERAL", "NOT_LITERAL", "ANY", "IN")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def _cost(tree: Iterable[Any], window: _Window) -> tuple[float, float]:
    """(steps, ways) for one start: the work at most, and the number of ways to match at most.

    In a sequence every part is tried once for each way to match what comes before it.
    """
    steps, ways = 1.0, 1.0
    for item in tree:
        item_steps, item_ways = _item_cost(item, window)
        steps += ways * item_steps
        ways *= item_ways
        if not math.isfinite(steps * ways) or steps * ways > 1e18:
            return math.inf, math.inf
    return steps, ways


def _item_cost(item: Any, window: _Window) -> tuple[float, float]:
    name, value = str(item[0]), item[1]
    if name in _REPEATS:
        return _repeat_cost(value[0], value[1], value[2], window)
    if name == "BRANCH":
        costs = [_cost(branch, window) for branch in value[1]]
        return sum(steps for steps, _ in costs), sum(ways for _, ways in costs)
    if name == "SUBPATTERN":
        return _cost(value[3], window)
    if name == "ATOMIC_GROUP":
        return _cost(value, window)
    if name in ("ASSERT", "ASSERT_NOT"):
        return _cost(value[1], window)
    if name == "GROUPREF":
        return float(len(window.text)), 1.0
    if name in (*_SINGLE, "AT"):
        return 1.0, 1.0
    return math.inf, math.inf  # nothing that a lorebook needs


def _repeat_cost(least: int, most: int, body: Any, window: _Window) -> tuple[float, float]:
    length = len(window.text)
    if len(body) == 1 and str(body[0][0]) in _SINGLE:
        run = window.longest_run(body[0])
        span = min(int(most), run)
        return span + 1.0, float(max(1, span - min(int(least), span) + 1))
    steps, ways = _cost(body, window)
    times = min(int(most), length + 1)
    if ways <= 1:
        return steps * times + 1, float(times - min(int(least), times) + 1)
    if times * math.log(ways) > 40:
        return math.inf, math.inf
    total = math.fsum(ways**count for count in range(times + 1))
    return steps * total, total
