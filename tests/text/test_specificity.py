"""NIDF of words, of beginnings of words, and of texts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import InvalidOption
from personae.text.specificity import SHIPPED, shipped_specificity, specificity_of

COUNTS = {"the": 100, "tea": 10, "teal": 1}


def test_the_most_frequent_word_has_0_and_the_rarest_1():
    found = specificity_of(COUNTS)
    assert found.of_word("the") == 0
    assert found.of_word("teal") == 1
    assert found.of_word("tea") == pytest.approx(0.5)
    assert found.of_word("coffee") is None


def test_the_shipped_table_spans_0_to_1_too():
    rows = [line.rpartition(" ") for line in SHIPPED.read_text("utf-8").splitlines()]
    ordered = sorted(rows, key=lambda row: int(row[2]))
    found = shipped_specificity()
    assert found.of_word(ordered[-1][0]) == 0
    assert found.of_word(ordered[0][0]) == 1
    assert found.of_text("I am a botanist.") > found.of_text("I like it.")


def test_a_beginning_has_what_its_words_have_by_their_counts():
    found = specificity_of(COUNTS)
    assert found.of_beginning("tea") == pytest.approx((10 * 0.5 + 1) / 11)
    assert found.of_beginning("x") == 1


def test_a_text_has_the_mean_of_its_known_words():
    found = specificity_of(COUNTS)
    assert found.of_text("The tea, darling!") == pytest.approx(0.25)
    assert found.of_text("darling") == found.of_text("") == 1


@given(st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 1000), min_size=2))
def test_it_equals_normalised_inverse_document_frequency(counts):
    if len(set(counts.values())) < 2:
        with pytest.raises(InvalidOption):
            specificity_of(counts)
        return
    idf = {word: math.log(5000 / count) for word, count in counts.items()}
    low, high = min(idf.values()), max(idf.values())
    found = specificity_of(counts)
    for word, value in idf.items():
        assert found.of_word(word) == pytest.approx((value - low) / (high - low), abs=1e-9)
