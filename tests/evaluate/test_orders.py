"""Kendall's τ-b against scipy, and fidelities as S074 defines them."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from personae.errors import InvalidOption
from personae.evaluate.orders import fidelity, fidelity_change, in_order, kendall, same_order

VALUES = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=12)


@settings(deadline=None, max_examples=100)
@given(VALUES)
def test_tau_b_is_scipys_with_ties_and_0_where_scipy_has_none(pairs):
    first, second = zip(*pairs, strict=True)
    expected = stats.kendalltau(first, second).statistic
    assert kendall(first, second) == pytest.approx(0 if math.isnan(expected) else expected)


def test_rising_is_1_falling_is_minus_1_and_all_equal_is_0():
    assert in_order([0.5, 0.6, 0.7]) == 1
    assert in_order([0.7, 0.6, 0.5]) == -1
    assert in_order([0.5, 0.5, 0.5]) == 0


def test_pairs_of_different_lengths_are_refused():
    with pytest.raises(InvalidOption, match="2 and 3 values"):
        kendall([1, 2], [1, 2, 3])


def hits_with(chances, items, seed=1):
    rng = random.Random(seed)
    luck = [rng.random() for _ in range(items)]
    return [[rng.random() * 0.5 + one * 0.5 < chance for one in luck] for chance in chances]


def test_a_true_slope_over_500_items_excludes_0():
    found = fidelity(hits_with((0.3, 0.4, 0.5, 0.6, 0.7, 0.8), 500), seed=1)
    assert found.holds
    assert found.observed == 1
    assert 0.8 < found.mean <= 1


def test_a_falling_slope_lies_below_0():
    found = fidelity(hits_with((0.8, 0.6, 0.4), 500), seed=1)
    assert found.interval.high < 0


def test_conditions_that_do_not_differ_do_not_hold():
    rows = hits_with((0.5,) * 6, 300)
    assert not fidelity(rows, seed=1).holds
    same = fidelity([rows[0]] * 6, seed=1)
    assert (same.observed, same.mean, same.interval.low, same.interval.high) == (0, 0, 0, 0)


def test_the_bootstrap_is_that_of_scipy_on_the_same_draws():
    import numpy

    rows = hits_with((0.4, 0.45, 0.5), 40)
    found = fidelity(rows, seed=3, resamples=200)
    table = numpy.array(rows, dtype=int)
    drawn = numpy.random.default_rng(3).multinomial(40, [1 / 40] * 40, size=200) @ table.T
    taus = [stats.kendalltau(sorted(row), row).statistic for row in drawn.tolist()]
    taus = [0.0 if math.isnan(tau) else tau for tau in taus]
    assert found.mean == pytest.approx(sum(taus) / 200)


def test_one_item_or_one_condition_has_no_interval():
    assert fidelity([[True], [False]]).interval is None
    assert fidelity([[True, False]]).interval is None
    assert fidelity([]).interval is None


def test_rows_of_different_items_are_refused():
    with pytest.raises(InvalidOption, match="the same items"):
        fidelity([[True, False], [True]])


def test_a_change_of_order_is_seen_on_the_same_draws():
    rising, falling = hits_with((0.3, 0.5, 0.7), 400), hits_with((0.7, 0.5, 0.3), 400)
    assert fidelity_change(falling, rising, seed=1).holds
    assert fidelity_change(rising, rising, seed=1).mean == 0
    with pytest.raises(InvalidOption, match="same conditions"):
        fidelity_change(rising, falling[:2])


def test_models_that_agree_on_the_order_are_told_from_those_that_do_not():
    rng = random.Random(5)
    first = [rng.random() for _ in range(24)]
    near = [value + rng.gauss(0, 0.1) for value in first]
    assert same_order(first, near).p < 0.01
    assert same_order(first, [rng.random() for _ in first]).p > 0.05
    assert same_order(first, first).tau == 1
