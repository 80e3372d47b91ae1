"""The formulas of atomic fidelity, on the figures that the paper's authors publish."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.catalog.checks.s115_atomic_ooc import PUBLISHED, RATINGS
from personae.metrics.atoms import (
    Fidelity,
    accuracy,
    agreement,
    distance,
    fidelity,
    internal_consistency,
    level_of,
)

ratings = st.lists(st.integers(1, 5), min_size=1, max_size=12)


def test_the_published_figures_come_out_to_the_last_digit():
    assert fidelity(RATINGS, "high") == PUBLISHED


def test_all_fives_are_perfect_and_halves_at_both_ends_are_not():
    assert fidelity([[[5, 5], [5, 5]], [[5, 5]]], "high") == Fidelity(5, 1, 1, 1)
    split = fidelity([[[1, 5]]], "high")
    assert (split.accuracy, split.internal) == (0.5, 0)


def test_generations_at_opposite_ends_agree_in_nothing():
    assert fidelity([[[1, 1]], [[5, 5]]], "high").retest == -1


def test_what_cannot_be_rated_has_no_figure():
    assert fidelity([[[], []], [[]]], "low") == Fidelity(None, None, None, None)
    assert internal_consistency([3]) is None
    assert accuracy([], "low") is None
    assert fidelity([[[3]], [[]]], "neutral").retest is None


def test_means_run_over_responses_before_generations():
    # One good response of one, and none of three: half, not a quarter.
    assert fidelity([[[5]], [[1], [1], [1]]], "high").accuracy == 0.5


@pytest.mark.parametrize(
    ("score", "level"),
    [(1, "low"), (2, "low"), (2.33, "low"), (2.34, "neutral"), (3, "neutral"), (3.66, "neutral"),
     (3.67, "high"), (4, "high"), (5, "high")],
)  # fmt: skip
def test_the_scale_has_three_thirds(score, level):
    assert level_of(score) == level


@given(ratings, ratings, st.integers(2, 3))
def test_the_distance_is_one_and_does_not_see_how_many_there_are(first, second, times):
    assert distance(first, first) == 0
    assert distance(first, second) == pytest.approx(distance(second, first))
    assert distance(first * times, second) == pytest.approx(distance(first, second))
    assert -1 <= agreement(first, second) <= 1


@given(ratings)
def test_the_distance_to_one_point_is_the_mean_gap(values):
    expected = sum(abs(value - 1) for value in values) / len(values)
    assert distance(values, [1]) == pytest.approx(expected)
