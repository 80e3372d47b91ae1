"""Repetition, questions, and the buckets of conditional training."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.attributes import (
    QUESTION_SHARE,
    attribute_words,
    equal_mass_bounds,
    has_question,
    question_bucket,
    question_buckets,
    relatedness_bucket,
    repetition,
    specificity_bucket,
)

TURNS = 40_000


def test_words_are_small_and_question_marks_are_words():
    assert attribute_words("Don’t I know you?!") == ["don't", "i", "know", "you", "?"]


def test_repetition_is_a_share_of_pairs_and_of_content_words():
    found = repetition(
        "i like big dogs , i like dogs",
        own=["i like tea", "dogs bark"],
        partner=["big dogs bite"],
    )
    # Pairs: i-like like-big big-dogs dogs-i i-like like-dogs; content words: like big dogs ×2.
    assert found.extrep_2gram == 2 / 6
    assert found.extrep_nonstopword == 4 / 5
    assert found.intrep_2gram == 1 / 6
    assert found.intrep_nonstopword == 2 / 5
    assert found.partnerrep_2gram == 1 / 6
    assert found.partnerrep_nonstopword == 3 / 5


def test_a_first_turn_and_an_empty_one_repeat_nothing():
    assert repetition("hello there", [], []).extrep_2gram == 0
    assert repetition("", ["hello"], ["hello"]).partnerrep_nonstopword == 0


def test_a_question_has_a_question_mark():
    assert has_question("you?")
    assert not has_question("what a day")


@pytest.mark.parametrize(
    ("value", "bucket"), [(0, 0), (0.1597, 0), (0.16, 1), (0.2, 4), (0.5, 9), (-1, 0)]
)
def test_specificity_has_ten_buckets(value, bucket):
    assert specificity_bucket(value) == bucket


@pytest.mark.parametrize(("value", "bucket"), [(-0.9, 0), (0.0, 2), (0.9, 9), (None, 10)])
def test_relatedness_has_a_bucket_for_those_who_speak_first(value, bucket):
    assert relatedness_bucket(value) == bucket


@given(st.booleans(), st.floats(0.01, 0.549))
def test_question_buckets_are_a_distribution(asks, share):
    found = question_buckets(asks, share)
    assert sum(found) == pytest.approx(1)
    assert min(found) >= -1e-12


def test_bayes_gives_back_the_tenths():
    for b, (asking, not_asking) in enumerate(
        zip(question_buckets(True), question_buckets(False), strict=True)
    ):
        joint = asking * QUESTION_SHARE
        assert joint / (joint + not_asking * (1 - QUESTION_SHARE)) == pytest.approx(b / 10)


def test_turns_in_bucket_b_ask_in_b_tenths_of_all_cases():
    rng = random.Random(0)
    asked: dict[int, list[bool]] = {}
    for _ in range(TURNS):
        asks = rng.random() < QUESTION_SHARE
        asked.setdefault(question_bucket(asks, rng), []).append(asks)
    assert sorted(asked) == list(range(11))
    assert all(abs(sum(some) / len(some) - b / 10) < 0.04 for b, some in asked.items())


@given(st.lists(st.floats(-1, 1), min_size=10))
def test_bounds_of_equal_mass_rise_and_begin_with_the_least(values):
    bounds = equal_mass_bounds(values)
    assert len(bounds) == 10
    assert bounds[0] == min(values)
    assert list(bounds) == sorted(bounds)


def test_buckets_between_bounds_of_equal_mass_are_equally_full():
    bounds = equal_mass_bounds(range(100))
    assert [specificity_bucket(value, bounds) for value in range(100)] == [
        value // 10 for value in range(100)
    ]
    assert equal_mass_bounds([]) == ()
