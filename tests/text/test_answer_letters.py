"""The published cascades read what their papers' code reads, and the first rule that fits wins."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.answer_letters import (
    bias_letter,
    persona_effect_letter,
    principled_letter,
    rating,
    reader_of,
)


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("B", "B"),
        (" C\n", "C"),
        ("D is correct, not B.", "D"),
        ("I think C is the correct one", "C"),
        ("A. no: B is the answer", "B"),
        ("C) Paris", "C"),
        ("The answer is C, since B is wrong", "C"),
        ("Option B fits and B it is, though A seems near", "B"),
        ("I cannot say.", None),
        ("", None),
        ("E", None),
    ],
)
def test_the_cascade_of_persona_effects(answer, letter):
    assert persona_effect_letter(answer, 4) == letter


def test_letters_beyond_the_options_are_not_read():
    assert persona_effect_letter("D", 3) is None
    assert principled_letter("(D)", 3) is None


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        (r"So \boxed{C}. (A) is correct", "C"),
        ("(B) is correct; the answer is (A)", "B"),
        ("(A) or (B)? The answer is: (B)", "B"),
        ("Answer: (D)", "D"),
        ("B", "B"),
        ("(A), (C), (C)", "C"),
        ("perhaps B. or not", "B"),
        ("I will not answer", None),
    ],
)
def test_the_cascade_of_principled_personas(answer, letter):
    assert principled_letter(answer, 4) == letter


@pytest.mark.parametrize(
    ("answer", "letter"),
    [
        ("Therefore, the answer is (B) 15/64.", "B"),
        ("The answer is (A).\nNo: the answer is (c).", "C"),
        ("The answer is (A). No: the answer is (c).", "A"),
        ("The answer is A.", None),
        ("(B) looks right", "B"),
        ("The answer is unclear, (B) perhaps", "B"),
        ("(B) first. The answer is not known to me.", None),
        ("I am unable to answer.", None),
    ],
)
def test_the_reader_of_reasoning_biases(answer, letter):
    assert bias_letter(answer, 4) == letter


def test_the_published_sample_is_labelled_as_its_authors_did(dataset_dir):
    file = next(dataset_dir("persona-bias-sample").glob("*.jsonl"))
    rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    read = [bias_letter(row["predicted_explanations"][0], 4) for row in rows]
    assert [letter or "" for letter in read] == [row["predicted_answer"] for row in rows]
    right = sum(letter == row["answer"] for letter, row in zip(read, rows, strict=True))
    assert (right, len(rows), read.count(None)) == (12, 99, 68)


@pytest.mark.parametrize(
    ("answer", "digit"),
    [("4", 4), ("I say 2, or 2 or 5", 2), ("0", 1), ("10 of 12", None), ("7", None), ("", None)],
)
def test_a_rating_is_the_commonest_digit(answer, digit):
    assert rating(answer) == digit


@given(st.text(), st.integers(1, 26), st.sampled_from(["persona-effect", "principled", "bias"]))
def test_any_text_is_read_or_not_and_never_fails(answer, options, cascade):
    letter = reader_of(cascade)(answer, options)
    assert letter is None or (len(letter) == 1 and letter.isascii() and letter.isupper())
