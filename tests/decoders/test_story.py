"""The pull of a story: its words in its order, counted once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.decoders.story import story_pull

STORY = "My suitcase went to Australia. I bought a sweater in Norway."


@pytest.mark.parametrize(
    ("before", "piece", "gain"),
    [
        ("My", " suitcase", 2.0),
        ("My suitcase went to", " Australia", 2.0),
        ("My suitcase and my", " suitcase", 0.0),  # a word counts once
        ("Norway, bought, sweater,", " suitcase", 0.0),  # not in the story's order
        ("I have a", " dog", 0.0),
        ("We saw", " of", 0.0),
        ("We saw", " a", 1.0),  # a small word counts half
        ("Then to", " Aus", 2.0),  # the beginning of a word
        ("Then to Aus", "tralia", 0.0),  # has been counted
        ("Then to Aus", "tria.", -2.0),  # another word came of it
    ],
)
def test_a_piece_gains_what_it_adds(before, piece, gain):
    assert story_pull(STORY, 2.0).bonus(before, piece) == gain


def test_without_weight_or_story_there_is_no_pull():
    assert story_pull(STORY, 0.0).bonus("My", " suitcase") == 0.0
    assert story_pull("", 2.0).bonus("My", " suitcase") == 0.0
    assert story_pull("", 2.0).overlap("My suitcase.") == 0.0


def test_overlap_is_the_share_of_words_in_order():
    pull = story_pull(STORY, 1.0)
    assert pull.overlap("Suitcase, sweater.") == 1.0
    assert pull.overlap("Sweater, suitcase.") == 0.5
    assert pull.overlap("The suitcase.") == pytest.approx(1 / 1.5)
    assert pull.overlap("") == 0.0


words = st.lists(
    st.sampled_from(["suitcase", "sweater", "norway", "dog", "aus", "the"]), max_size=8
)


@given(words)
def test_the_gains_of_the_pieces_sum_to_the_words_in_common(said):
    pull, text, total = story_pull(STORY, 1.0), "", 0.0
    for word in [*said, "."]:
        total += pull.bonus(text, f" {word}")
        text += f" {word}"
    matched = pull.overlap(text) * sum(0.5 if word == "the" else 1.0 for word in said)
    assert total == pytest.approx(matched)
