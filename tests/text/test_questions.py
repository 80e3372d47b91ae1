"""Statements asked back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.questions import question_about


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("i have two dogs .", "Do you have two dogs?"),
        ("I've a german shepherd.", "Do you have a german shepherd?"),
        ("i'm a musician.", "Are you a musician?"),
        ("i am not married.", "Are you married?"),
        ("i also like my old car.", "Do you like your old car?"),
        ("i don't eat meat.", "Do you eat meat?"),
        ("i can not swim.", "Can you swim?"),
        ("my favorite food is papaya.", "What is your favorite food?"),
        ("my parents are both teachers.", "What are your parents?"),
        ("i never eat meat.", "Do you ever eat meat?"),
        ("i have been to spain.", "Have you been to spain?"),
        ("I work with my brother and his wife.", "Do you work with your brother and his wife?"),
    ],
)
def test_a_statement_is_asked_back_at_the_one_it_is_about(statement: str, question: str):
    assert question_about(statement) == question


@pytest.mark.parametrize(
    "statement",
    [
        "", "i moved to spain.", "i went home.", "i never broke a bone.", "he is a doctor.",
        "ich habe zwei Hunde.", "i have a dog. i like it.", "i have " + "very " * 30 + "old dogs",
        "i will marry.", "我有两只狗。",
    ],
)  # fmt: skip
def test_what_no_pattern_fits_has_no_question(statement: str):
    assert question_about(statement) is None


@given(st.text(max_size=200))
def test_any_text_gives_one_question_or_none(statement: str):
    question = question_about(statement)
    assert question is None or question.endswith("?")
