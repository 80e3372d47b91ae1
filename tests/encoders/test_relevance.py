"""The shipped relevance model: what a question asks for comes before what it does not."""

from __future__ import annotations

import pytest

from personae.encoders.relevance import Relevance, open_relevance
from personae.errors import InvalidOption

ASKED = [
    ("What do you do for a living?", "I work as a nurse.", "My favorite color is green."),
    ("Do you have any pets?", "I have two dogs.", "I grew up in Texas."),
    ("Where do you live?", "I live in a small town in Maine.", "I like to bake bread."),
    ("What kind of music do you like?", "I listen to jazz every evening.", "I am a vegan."),
    ("Are you married?", "My husband is a pilot.", "I play chess on Sundays."),
    ("What do you eat?", "I am a vegan.", "I drive a red truck."),
]


@pytest.fixture(scope="module")
def model() -> Relevance:
    return open_relevance()


@pytest.mark.parametrize(("query", "wanted", "other"), ASKED)
def test_the_statement_that_answers_is_more_relevant(model, query, wanted, other):
    yes, no = model.relevance([(wanted, query), (other, query)])
    assert yes > no


def test_probabilities_are_the_same_in_any_batch(model):
    pairs = [(wanted, query) for query, wanted, _ in ASKED]
    together = model.relevance(pairs).tolist()
    assert [model.relevance([pair])[0] for pair in pairs] == together
    assert all(0 <= p <= 1 for p in together)
    assert model.relevance([]).shape == (0,)


def test_one_text_is_refused(model):
    with pytest.raises(InvalidOption, match="pairs"):
        model.relevance("I have two dogs.")
