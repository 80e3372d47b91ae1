"""Tokenised text as people write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.written import as_statement, as_written


@pytest.mark.parametrize(
    ("tokenised", "written"),
    [
        ("i ' ve two dogs . you ?", "I've two dogs. You?"),
        ("hey ! i'm on a break . whats up ?", "Hey! I'm on a break. Whats up?"),
        ("i get it . . . i do n't know", "I get it... I don't know"),
        ("it is , i think , fine ; really", "It is, I think, fine; really"),
        ("I have two dogs.", "I have two dogs."),
        ("", ""),
    ],
)  # fmt: skip
def test_spaces_and_capitals_are_put_right(tokenised, written):
    assert as_written(tokenised) == written


@given(st.text(max_size=80))
def test_no_letter_is_lost_or_made_up(text):
    def letters(said):
        return [letter for letter in said.lower() if letter.isalpha()]

    assert letters(as_written(text)) == letters(text)


def test_a_statement_ends_with_a_mark():
    assert as_statement("i like cats") == "I like cats."
    assert as_statement("do i ski ?") == "Do I ski?"
    assert as_statement("i 've two dogs , and i 'm happy .") == "I've two dogs, and I'm happy."
    assert as_statement("my son and i ski") == "My son and I ski."
