"""Paired tests and intervals against scipy, and the golden values of S074 and S106."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from personae.errors import InvalidOption
from personae.evaluate.paired import binomial_p, mcnemar, paired_table, sign_p, wilson


def test_eight_wins_and_two_losses_are_the_published_p():
    assert sign_p(8, 2) == pytest.approx(0.109375)


def test_without_a_difference_p_is_1():
    hits = [True, False, True]
    assert sign_p(0, 0) == 1
    assert mcnemar(hits, hits).p == 1


def test_forty_pairs_that_all_differ_one_way_are_no_chance():
    base, other = [True] * 40 + [False] * 10, [False] * 50
    assert mcnemar(base, other).p < 1e-6
    assert mcnemar(base, other).table.base_only == 40


def test_a_small_cell_makes_mcnemar_exact_and_large_ones_chi_squared():
    base = [True] * 30 + [True] * 40 + [False] * 26 + [False] * 30
    other = [True] * 30 + [False] * 40 + [True] * 26 + [False] * 30
    found = mcnemar(base, other)
    assert found.by == "chi2"
    statistic = (abs(40 - 26) - 1) ** 2 / (40 + 26)
    assert found.p == pytest.approx(stats.chi2.sf(statistic, 1))
    assert mcnemar(base[1:], other[1:]).by == "chi2"
    assert mcnemar(base[6:], other[6:]).by == "exact"
    assert mcnemar(base[6:], other[6:]).p == pytest.approx(stats.binomtest(26, 66).pvalue)


def test_conditions_of_different_items_are_refused():
    with pytest.raises(InvalidOption, match="3 items and the other 2"):
        paired_table([True] * 3, [True] * 2)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 60), st.integers(0, 60), st.floats(0, 1))
def test_the_binomial_test_is_scipys(hits, misses, chance):
    count = hits + misses
    expected = stats.binomtest(hits, count, chance).pvalue if count else 1.0
    assert binomial_p(hits, count, chance) == pytest.approx(expected, rel=1e-6, abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 80), st.integers(0, 80))
def test_the_sign_test_is_scipys(wins, losses):
    total = wins + losses
    expected = stats.binomtest(wins, total).pvalue if total else 1.0
    assert sign_p(wins, losses) == pytest.approx(expected, rel=1e-9)


def test_what_cannot_be_counted_is_refused():
    with pytest.raises(InvalidOption, match="5 hits of 4"):
        binomial_p(5, 4, 0.5)


@pytest.mark.parametrize(("hits", "count"), [(0, 7), (12, 99), (7, 7), (50, 200)])
def test_wilsons_interval_is_scipys(hits, count):
    expected = stats.binomtest(hits, count).proportion_ci(method="wilson")
    found = wilson(hits, count)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_of_nothing_there_is_no_interval():
    assert wilson(0, 0) is None
