"""What makes a reply unusable and can be found by comparing strings."""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"\w+")
LEAK_WORDS = 8
LOOP_WORDS = 10
_LOOP_CHARS = 400


def words_of(text: str) -> list[str]:
    """Lower-case words, without punctuation."""
    return _WORD.findall(text.lower())


def faults_of(
    reply: str, *, instructions: Sequence[str] = (), own: Sequence[str] = (), heard: str = ""
) -> list[str]:
    """The names of what is wrong with a reply, empty when nothing is.

    `empty`: no word in it. `loops`: the same few words three times in a row. `leaks-prompt`: eight
    words in a row of an instruction. `repeats-itself`: equal to one of its `own` earlier turns.
    `echoes`: equal to what was `heard`.
    """
    words = words_of(reply)
    faults = []
    if not words:
        faults.append("empty")
    if loops(words):
        faults.append("loops")
    if any(shares_run(words, words_of(text), LEAK_WORDS) for text in instructions):
        faults.append("leaks-prompt")
    if words and words in [words_of(text) for text in own]:
        faults.append("repeats-itself")
    if words and words == words_of(heard):
        faults.append("echoes")
    return faults


def loops(words: Sequence[str]) -> bool:
    """Whether some two to ten words stand three times in a row."""
    return any(
        words[start : start + length]
        == words[start + length : start + 2 * length]
        == words[start + 2 * length : start + 3 * length]
        for length in range(2, LOOP_WORDS + 1)
        for start in range(len(words) - 3 * length + 1)
    )


def ends_in_loop(text: str) -> bool:
    """Whether `text` has just said the same two to ten words for the third time."""
    words = words_of(text[-_LOOP_CHARS:])[-3 * LOOP_WORDS :]
    return any(
        words[-length:] == words[-2 * length : -length] == words[-3 * length : -2 * length]
        for length in range(2, len(words) // 3 + 1)
    )


def shares_run(left: Sequence[str], right: Sequence[str], length: int) -> bool:
    """Whether `left` and `right` have `length` words in a row in common."""
    runs = {tuple(right[i : i + length]) for i in range(len(right) - length + 1)}
    return any(tuple(left[i : i + length]) in runs for i in range(len(left) - length + 1))
