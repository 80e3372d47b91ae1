"""How somebody writes: shares of function words, and how alike two texts are in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.style_words import CLASSES, style_matching, style_of


def test_shares_are_of_the_words():
    style = style_of("I don't know. Who knows what they want? We all do!")
    assert style["words"] == 11
    assert style["i"] == pytest.approx(1 / 11)
    assert style["negations"] == pytest.approx(1 / 11)
    assert style["we"] == pytest.approx(1 / 11)
    assert style["they"] == pytest.approx(1 / 11)
    assert style["questions"] == pytest.approx(1 / 3)
    assert style["exclamations"] == pytest.approx(1 / 3)


def test_a_curly_apostrophe_is_an_apostrophe():
    assert style_of("I don’t.") == style_of("I don't.")


def test_the_same_style_matches_and_another_does_not():
    one = "I went to the shop because I had no bread, and it was shut."
    other = "I ran to the lake because I had no boat, and it was cold."
    assert style_matching(one, one) == 1
    assert style_matching(one, other) > style_matching(one, "Buy now! Cheap shoes! Great!")


def test_matching_is_the_published_formula():
    # Articles: 1 of 2 words against 1 of 4; of the other classes neither uses any.
    assert style_matching("the dog", "the dog barked loudly") == pytest.approx(
        (8 + 1 - 0.25 / 0.75) / 9
    )


@given(st.text(max_size=200), st.text(max_size=200))
def test_matching_lies_between_zero_and_one_and_is_the_same_both_ways(one, other):
    value = style_matching(one, other)
    assert 0 <= value <= 1
    assert value == pytest.approx(style_matching(other, one))


def test_no_word_of_a_class_is_written_so_that_it_is_never_found():
    for name, words in CLASSES.items():
        for word in words:
            assert style_of(word)[name] == 1, (name, word)
