"""Tests of personae.evaluate.answer_score; values by hand from LoCoMo's evaluation.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.evaluate.answer_score import answer_score, token_f1


@pytest.mark.parametrize(
    ("answer", "gold", "category", "wanted"),
    [
        ("The dogs, and a cat!", "dog cat", 4, 1.0),
        ("hiking trips", "They hiked", 2, 0.5),
        ("on 7 May 2023", "7 May 2023", 2, 6 / 7),
        # Each gold item takes its nearest item of the answer.
        ("She adopted cats, dogs", "A dog, the cat", 1, (1 + 0.5) / 2),
        ("dogs cats", "dog, cat", 1, 2 / 3),
        # Of an open question what follows the semicolon is an explanation.
        ("Likely yes", "Likely yes; she loves it", 3, 1.0),
        ("Likely yes", "Likely yes; she loves it", 4, 4 / 7),
        ("No information available.", "", 5, 1.0),
        ("Not mentioned", "", 5, 1.0),
        ("a red car", "", 5, 0.0),
        ("", "Rome", 4, 0.0),
        ("the", "a", 4, 0.0),
    ],
)
def test_answers_score_as_published(answer, gold, category, wanted):
    assert answer_score(answer, gold, category) == pytest.approx(wanted)


@given(st.text(max_size=60), st.text(max_size=60), st.integers(1, 5))
def test_any_two_texts_score_between_0_and_1(answer, gold, category):
    assert 0 <= answer_score(answer, gold, category) <= 1


@given(st.text(st.characters(codec="ascii"), max_size=40))
def test_f1_is_symmetric(text):
    assert token_f1(text, "the seven seas") == pytest.approx(token_f1("the seven seas", text))
