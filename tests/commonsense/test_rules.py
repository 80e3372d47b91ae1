"""Expansions by grammar: what they say, and that any statement is taken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.commonsense.rules import by_rules


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("I really like hiking.", "I am fond of hiking."),
        ("i love to cook for my family", "I cook for my family whenever I can."),
        ("My favourite color is blue.", "I choose blue over any other color."),
        ("I can't stand spiders!", "I avoid spiders."),
        ("I'd like to be a pilot.", "I think a lot about how to be a pilot."),
        ("I work as a teacher.", "I earn my living as a teacher."),
        ("I live alone.", "I am at home alone."),
        ("I go fishing on weekends.", "I make time for fishing on weekends."),
        ("I play the drums.", "I want to play the drums better."),
        ("I grew up in Rome.", "I spent my childhood in Rome."),
    ],
)
def test_a_statement_is_taken_further_by_its_form(statement, text):
    found = by_rules(statement)
    assert text in [fact.text for fact in found]
    assert {fact.head for fact in found} == {statement}


@pytest.mark.parametrize(
    "statement", ["", "I am a nurse.", "I hate to cook.", "I like " + "very " * 9 + "tea."]
)
def test_what_no_rule_fits_is_left_alone(statement):
    assert by_rules(statement) == []


@given(st.text(max_size=200))
def test_any_text_is_taken(text):
    assert all(fact.text.endswith(".") for fact in by_rules(text))
