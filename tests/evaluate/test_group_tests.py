"""Differences of groups and correlations, against scipy."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from personae.errors import InvalidOption
from personae.evaluate.group_tests import (
    anova,
    cohens_d,
    compare,
    mann_whitney,
    normality,
    pearson,
    ranks,
    spearman,
)

NUMBERS = st.floats(-100, 100).map(lambda value: round(value, 3))
GROUP = st.lists(NUMBERS, min_size=3, max_size=40)
SUMS = st.lists(st.integers(8, 40).map(float), min_size=8, max_size=60)


def varies(*groups: list[float]) -> bool:
    return all(max(group) - min(group) > 0.01 for group in groups)


@given(GROUP, GROUP)
def test_anova_is_scipys(first, second):
    assume(varies(first, second))
    ours, theirs = anova([first, second]), stats.f_oneway(first, second)
    assume(theirs.statistic > 0)  # of equal means scipy's p is not a number
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-6, abs=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)


@given(SUMS, SUMS)
def test_mann_whitney_is_scipys_with_ties(first, second):
    assume(len({*first, *second}) > 1)
    theirs = stats.mannwhitneyu(first, second, method="asymptotic")
    ours = mann_whitney(first, second)
    assert ours.statistic == pytest.approx(theirs.statistic)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-6)


@given(SUMS)
def test_normality_is_scipys(values):
    assume(varies(values) and stats.skew(values) != 0)  # scipy takes no skewness for some
    theirs = stats.normaltest(values)
    ours = normality(values)
    assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-5, abs=1e-9)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-4, abs=1e-9)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=4, max_size=40))
def test_correlations_are_scipys(pairs):
    first, second = [one for one, _ in pairs], [other for _, other in pairs]
    assume(varies(first, second))
    for ours, theirs in (
        (pearson(first, second), stats.pearsonr(first, second)),
        (spearman(first, second), stats.spearmanr(first, second)),
    ):
        assert ours.statistic == pytest.approx(theirs.statistic, abs=1e-8)
        assert ours.p == pytest.approx(theirs.pvalue, rel=1e-5, abs=1e-9)


@given(st.lists(st.integers(0, 5).map(float), min_size=1, max_size=30))
def test_ranks_are_scipys(values):
    assert ranks(values) == pytest.approx(list(stats.rankdata(values)))


def test_cohens_d_has_the_published_formula():
    # Population variances 2/3 and 8/3: ((3-1)*2/3 + (3-1)*8/3) / 4 = 5/3.
    assert cohens_d([4, 5, 6], [0, 2, 4]) == pytest.approx(3 / math.sqrt(5 / 3))
    assert cohens_d([1, 2], [3, 4]) == pytest.approx(-cohens_d([3, 4], [1, 2]))
    assert cohens_d([2, 2], [3, 3]) is None


def test_groups_that_look_normal_get_anova_and_others_ranks():
    normal = list(stats.norm.ppf([(at + 0.5) / 40 for at in range(40)]))
    assert compare(normal, [value + 1 for value in normal]).test.name == "ANOVA"
    skewed = [2.0**at for at in range(40)]
    assert compare(normal, skewed).test.name == "Mann-Whitney"
    assert compare([1, 2, 3], [4, 5, 6]).test.name == "Mann-Whitney"


def test_groups_that_do_not_vary_are_told_apart_without_a_division_by_zero():
    assert anova([[1, 1], [2, 2]]).p == 0
    assert anova([[1, 1], [1, 1]]).p == 1
    assert mann_whitney([1, 1], [1, 1]).p == 1
    assert pearson([1, 1, 1], [1, 2, 3]).p == spearman([2, 2, 2], [1, 2, 3]).p == 1


@pytest.mark.parametrize("group", [[], [1.0]])
def test_groups_that_are_too_small_are_refused_in_a_sentence(group):
    with pytest.raises(InvalidOption, match="at least 2"):
        cohens_d(group, [1.0, 2.0])
