"""TF-IDF."""

from __future__ import annotations

import pytest

from personae.text.tfidf import tfidf_scores


def test_the_text_with_the_rarer_shared_word_is_nearest():
    texts = ["The tower is old.", "The tower has a lamp.", "A lamp and a tower and an oven."]
    scores = tfidf_scores("Is there an oven in the tower?", texts)
    assert scores.index(max(scores)) == 2


def test_a_text_without_a_shared_word_scores_nothing():
    assert tfidf_scores("Where is it?", ["Over there.", "Bread."]) == [0.0, 0.0]
    assert tfidf_scores("bread", []) == []


def test_a_text_is_nearest_to_itself():
    assert tfidf_scores("Old towers", ["old tower", "new bridge"]) == pytest.approx([1.0, 0.0])
