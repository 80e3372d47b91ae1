from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.bm25 import K1, B, index_texts

TEXTS = ("I have a dog.", "I have two cats and a dog.", "I sail.")


def test_a_score_is_what_a_hand_works_out():
    # "cats" stands in one of three texts; lengths are 4, 7, 2, 13/3 on average.
    weight = math.log(1 + 2.5 / 1.5)
    expected = weight * (K1 + 1) / (1 + K1 * (1 - B + B * 7 / (13 / 3)))
    assert index_texts(TEXTS).scores("cats?") == pytest.approx([0, expected, 0])


def test_a_shorter_text_with_the_word_goes_before_a_longer_one():
    short, long, none = index_texts(TEXTS).scores("A DOG")
    assert short > long > none == 0


def test_unknown_words_and_no_texts_score_nothing():
    assert index_texts(TEXTS).scores("zebra") == [0, 0, 0]
    assert index_texts(()).scores("dog") == []
    assert index_texts(("", "?")).scores("dog") == [0, 0]


@given(st.lists(st.text(max_size=20), max_size=6), st.text(max_size=20))
def test_scores_are_never_negative(texts, query):
    scores = index_texts(texts).scores(query)
    assert len(scores) == len(texts)
    assert all(score >= 0 for score in scores)
