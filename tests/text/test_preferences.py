"""Marks for how an answer is: each level is reached by a text that its description fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.preferences import (
    QUESTIONS,
    VALUES,
    Mark,
    alignment,
    level_words,
    mark_of,
)

TERMS = ("quotient", "divisor", "sum", "unit price")
WISHES = [(dimension, value) for dimension, values in VALUES.items() for value in values]


@pytest.mark.parametrize(
    ("text", "dimension", "value", "level"),
    [
        ("It is eight.", "length", "short", 5),
        ("word " * 65, "length", "short", 4),
        ("word " * 80, "length", "short", 3),
        ("word " * 110, "length", "short", 2),
        ("word " * 200, "length", "short", 1),
        ("word " * 61, "length", "medium", 5),
        ("word " * 30, "length", "medium", 1),
        ("word " * 121, "length", "long", 5),
        ("word " * 110, "length", "long", 4),
        ("1. Add.\n2. Divide.", "steps", "numbered", 5),
        ("1) Add. 2) Divide.", "steps", "numbered", 5),
        ("- Add.\n- Divide.", "steps", "numbered", 4),
        ("First add, then divide, finally look.", "steps", "numbered", 3),
        ("First add, then divide.", "steps", "numbered", 2),
        ("Add and divide.", "steps", "numbered", 1),
        ("3. Add. 7. Divide.", "steps", "numbered", 1),
        ("Add and divide.", "steps", "prose", 5),
        ("1. Add.\n2. Divide.", "steps", "prose", 1),
        ("For example, two apples at one euro each cost two.", "example", "with", 5),
        ("For example, two apples cost two.", "example", "with", 4),
        ("For example, apples.", "example", "with", 3),
        ("It is just like baking.", "example", "with", 2),
        ("It is eight.", "example", "with", 1),
        ("It is eight.", "example", "without", 5),
        ("Therefore, the answer is as follows.", "formality", "formal", 5),
        ("Hence it is eight.", "formality", "formal", 4),
        ("It is eight.", "formality", "formal", 3),
        ("Hence it's eight.", "formality", "formal", 2),
        ("Hey, it's eight!", "formality", "formal", 1),
        ("Hey, it's eight!", "formality", "casual", 5),
        ("The sum and the quotient, the divisor and the unit price.", "jargon", "technical", 5),
        ("The quotients.", "jargon", "technical", 2),
        ("The quotients.", "jargon", "plain", 4),
        ("Eight assumptions.", "jargon", "technical", 1),
        ("It is eight. Do you see why?", "check", "question", 5),
        ("It is eight. Clear?", "check", "question", 4),
        ("Why is that? It is eight.", "check", "question", 3),
        ("It is eight. Let me know.", "check", "question", 2),
        ("It is eight.", "check", "question", 1),
        ("It is eight.", "check", "none", 5),
    ],
)
def test_a_text_has_the_level_that_describes_it(text, dimension, value, level):
    assert mark_of(text, dimension, value, TERMS).level == level


@pytest.mark.parametrize(("dimension", "value"), WISHES)
def test_an_empty_text_is_liked_by_nobody(dimension, value):
    assert mark_of(" …\n", dimension, value, TERMS).level == 1
    assert len(level_words(dimension, value)) == 5


@given(st.text(max_size=200), st.sampled_from(WISHES))
def test_any_text_has_a_level(text, wish):
    assert 1 <= mark_of(text, *wish, TERMS).level <= 5


def test_alignment_is_the_mean_by_weights():
    assert alignment([(Mark(5, ""), 0.75), (Mark(1, ""), 0.25)]) == 4.0


def test_an_unknown_value_is_named():
    with pytest.raises(KeyError, match="length is medium, short, long"):
        mark_of("Eight.", "length", "endless")


def test_every_dimension_can_be_asked_for():
    assert list(QUESTIONS) == list(VALUES)
