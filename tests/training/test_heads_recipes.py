"""How the trait head and the relevance head get their examples."""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path

import pytest

TRAINING = Path(__file__).parents[2] / "training"


def load(folder: str, name: str):
    """A module of a recipe, which is no package of personae."""
    places = [str(TRAINING / folder), str(TRAINING)]
    sys.path[:0] = places
    try:
        return importlib.import_module(name)
    finally:
        for place in places:
            sys.path.remove(place)


phrases, examples = load("traits", "phrases"), load("traits", "examples")
# Its name is that of the NLI recipe's package.
sys.modules.pop("pairs", None)
relevance = load("relevance", "pairs")
sys.modules.pop("pairs", None)


@pytest.mark.parametrize(
    ("item", "statement"),
    [
        ("Worry about things", "I worry about things."),
        ("Are afraid that you will do the wrong thing",
         "I am afraid that I will do the wrong thing."),
        ("Love your own company.", "I love my own company."),
    ],
)  # fmt: skip
def test_an_item_becomes_a_statement(item, statement):
    assert examples.first_person(item) == statement


@pytest.mark.parametrize("trait", phrases.TRAITS)
def test_graded_sentences_cover_the_scale_on_both_sides(trait):
    made = phrases.graded(trait)
    assert {level for _, level, _ in made} == {1, 2, 3, 4, 5}
    by_text = {text: level for text, level, _ in made}
    for side, (end, denied) in enumerate([(1, 4), (5, 2)]):
        for word in phrases.words(trait, side):
            assert by_text[f"I am {word}."] == end
            assert by_text[f"I am not {word}."] == denied
    assert len(phrases.words(trait, 0)) == len(phrases.words(trait, 1))


def test_a_list_of_traits_has_a_word_of_each():
    for text, levels in phrases.mixed(50, random.Random(0)):
        assert len(levels) == 3
        for trait, level in levels.items():
            assert any(word in text for word in phrases.words(trait, int(level == 5)))


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("i am a nurse . what do you do ?", True),
        ("Hi, how are you?", False),
        ("how is it going ?", False),
        ("I have two dogs.", False),
    ],
)
def test_only_questions_that_are_no_greeting_are_asked(query, asks):
    assert relevance.is_question(query) is asks


def test_only_the_first_clause_of_a_reply_makes_a_statement_relevant(word_nli):
    statements = ("I have dogs.", "I bake bread.")
    asked = relevance.Exchange("Any pets?", "Dogs, yes. I bake bread too.", statements)
    found = list(relevance.entailments(word_nli, [asked]))
    pairs = list(relevance.from_replies(iter(found), ["I sing."], random.Random(0)))
    assert [(pair.statement, pair.label, pair.source) for pair in pairs] == [
        ("I have dogs.", 1, "reply"),
        ("I sing.", 0, "stranger"),
        ("I bake bread.", 0, "reply"),
    ]


def test_a_question_made_of_a_statement_is_relevant_to_it_alone():
    persona = ("i have two dogs .", "i am a nurse .")
    asked = [
        relevance.Exchange("Hi?", "Hi.", persona),
        relevance.Exchange("Hi?", "Hi.", ("and so on .", "that was it .")),
    ]
    pairs = list(relevance.from_questions(asked, random.Random(1)))
    right = {(pair.statement, pair.query) for pair in pairs if pair.label}
    assert right == {
        ("i have two dogs .", "Do you have two dogs?"), ("i am a nurse .", "Are you a nurse?"),
    }  # fmt: skip
    assert all(pair.statement != "i have two dogs ." for pair in pairs
               if pair.query == "Do you have two dogs?" and not pair.label)  # fmt: skip
