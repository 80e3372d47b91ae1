"""Sign tests and Kendall's τ against scipy and worked examples."""

from __future__ import annotations

import math

import numpy
import pytest

from personae.evaluate.paired import sign_p
from personae.evaluate.rankings.comparing import pairs_of
from personae.evaluate.rankings.votes import Vote, tally
from personae.metrics.correlation import kendall


def test_the_sign_test_is_exact():
    stats = pytest.importorskip("scipy.stats")
    for plus, minus in ((0, 0), (1, 0), (5, 0), (9, 2), (7, 7), (60, 31)):
        wanted = stats.binomtest(plus, plus + minus).pvalue if plus + minus else 1.0
        assert sign_p(plus, minus) == pytest.approx(wanted)


def test_tau_is_that_of_scipy_with_and_without_ties():
    stats = pytest.importorskip("scipy.stats")
    generator = numpy.random.default_rng(0)
    for _ in range(20):
        one, other = generator.integers(0, 5, 12).tolist(), generator.normal(0, 1, 12).tolist()
        assert kendall(one, other) == pytest.approx(stats.kendalltau(one, other).statistic)
    assert math.isnan(kendall([1, 1], [1, 2]))


def test_pairs_count_votes_and_prompts():
    votes = [Vote("p1", rater, "b", "a", "first") for rater in "xyz"]
    votes += [Vote("p2", "x", "a", "b", "first"), Vote("p3", "x", "a", "b", "tie")]
    (pair,) = pairs_of(tally(votes))
    assert (pair.first, pair.first_wins, pair.second_wins, pair.ties) == ("a", 1, 3, 1)
    assert (pair.first_prompts, pair.second_prompts, pair.p) == (1, 1, 1.0)
