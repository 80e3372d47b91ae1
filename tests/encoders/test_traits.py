"""The shipped trait rater: levels of plain sentences, the gate, and what it refuses."""

from __future__ import annotations

import pytest

from personae.encoders.traits import TRAITS, TraitRater, open_trait_rater
from personae.errors import InvalidOption

PLAIN = {
    "O": ("I have a vivid imagination and love art.", "I dislike new ideas and abstract talk."),
    "C": ("I plan my week and finish every task on time.", "I leave a mess and miss deadlines."),
    "E": ("I start conversations with everyone at a party.", "I am shy and hide from people."),
    "A": ("I comfort people who are sad.", "I insult people and hold grudges."),
    "N": ("I stay calm when things go wrong.", "I worry all night and panic over small things."),
}


@pytest.fixture(scope="module")
def rater() -> TraitRater:
    return open_trait_rater()


@pytest.mark.parametrize("trait", TRAITS)
def test_plain_sentences_of_both_poles_are_told_apart(rater, trait):
    high, low = rater.rate(PLAIN[trait], trait)
    assert high.score is not None
    assert low.score is not None
    assert high.score >= 4
    assert low.score <= 2


def test_small_talk_expresses_nothing(rater):
    talk = [
        "Hello there!", "It is half past four.", "I was born in Ohio.", "The train leaves at noon.",
        "What did you have for lunch?", "My sister has two sons.",
    ]  # fmt: skip
    rated = [(t, one.score) for t in TRAITS for one in rater.rate(talk, t)]
    assert sum(score is None for _, score in rated) >= 0.8 * len(rated), rated


def test_a_score_is_the_rounded_level_within_the_scale(rater):
    for one in rater.rate([text for pair in PLAIN.values() for text in pair], "E"):
        assert 1 <= one.level <= 5
        assert one.score in (None, round(one.level))
        assert (one.score is None) == (one.expressed < 0.5)


def test_a_sentence_has_one_rating_in_any_batch(rater):
    texts = [text for pair in PLAIN.values() for text in pair]
    together = rater.rate(texts, "A")
    assert [rater.rate([text], "A")[0] for text in texts] == together
    assert rater.rate([], "A") == []


def test_strange_requests_are_refused(rater):
    with pytest.raises(InvalidOption, match="'X' is no trait"):
        rater.rate(["Hello."], "X")
    with pytest.raises(InvalidOption, match="list of texts"):
        rater.rate("Hello.", "O")
