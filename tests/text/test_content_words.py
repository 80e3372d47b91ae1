"""Words that say something, and their stems."""

from __future__ import annotations

import pytest

from personae.text.content_words import content_stems, is_stopword, stem


@pytest.mark.parametrize(
    ("word", "expected"),
    [("dogs", "dog"), ("dog's", "dog"), ("hobbies", "hobby"), ("baking", "bak"), ("bakes", "bak"),
     ("class", "class"), ("as", "as"), ("Horses", "hors"), ("horse", "hors")],
)  # fmt: skip
def test_the_forms_of_a_word_have_one_stem(word, expected):
    assert stem(word) == expected


def test_function_words_say_nothing_whatever_their_case_and_apostrophe():
    assert all(map(is_stopword, ("I", "the", "don’t", "DON'T", "with")))
    assert not any(map(is_stopword, ("teacher", "two", "vegan")))


def test_the_stems_come_in_the_order_of_the_text():
    assert content_stems("I am baking for my two dogs.") == ["bak", "two", "dog"]
