"""A line in the third person becomes statements of the first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.one_line_persona import first_person_statements


@pytest.mark.parametrize(
    ("line", "statements"),
    [
        (
            "A 45-year-old farmer from Kenya who loves dancing",
            ["I am a farmer.", "I am 45 years old.", "I am from Kenya.", "I love dancing."],
        ),
        (
            "An architect in Rio de Janeiro, promoting her own firm",
            ["I am an architect.", "I live in Rio de Janeiro.", "I am promoting my own firm."],
        ),
        ("A nurse who is afraid of flying.", ["I am a nurse.", "I am afraid of flying."]),
        ("a judge who watches birds", ["I am a judge.", "I watch birds."]),
        ("A pilot who carries letters", ["I am a pilot.", "I carry letters."]),
        ("", []),
        ("  ", []),
    ],
)
def test_age_place_trade_and_likes_are_said_apart(line, statements):
    assert first_person_statements(line) == statements


@given(st.text(max_size=200))
def test_any_line_gives_sentences_that_begin_with_i(line):
    found = first_person_statements(line)
    assert all(one.startswith("I ") and one.endswith(".") for one in found)
    assert bool(found) or not line.strip().strip(". ,") or len(line.split()) < 3
