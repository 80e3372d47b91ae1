"""Options with letters, and the letter that an answer names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.lettered import LETTERS, read_letter, with_letters

OPTIONS = ("the red door", "the blue door", "a window")


@pytest.mark.parametrize(
    ("answer", "at"),
    [
        ("B", 1), ("b.", 1), (" (C) ", 2), ("The answer is (A).", 0), ("Answer: c", 2),
        ("B) because it is blue", 1), ("I would take (C), of course", 2),
        ("Surely the blue door!", 1),
    ],
)  # fmt: skip
def test_an_answer_names_one_option(answer, at):
    assert read_letter(answer, OPTIONS) == at


@pytest.mark.parametrize(
    "answer",
    ["", "D", "no idea", "the red door or the blue door", "(A) or (B)", "A window is a nice"],
)
def test_what_names_none_or_several_is_not_read(answer):
    expected = 2 if answer.startswith("A window") else None
    assert read_letter(answer, OPTIONS) == expected


@given(st.text(max_size=200))
def test_whatever_is_answered_is_an_option_or_nothing(answer):
    assert read_letter(answer, OPTIONS) in (None, 0, 1, 2)


@given(st.integers(min_value=1, max_value=26))
def test_every_letter_that_is_shown_is_read(count):
    options = [f"option number {at}" for at in range(count)]
    shown = with_letters("Which?", options)
    assert all(f"{LETTERS[at]}) {text}" in shown for at, text in enumerate(options))
    assert read_letter(f"({LETTERS[count - 1]})", options) == count - 1
