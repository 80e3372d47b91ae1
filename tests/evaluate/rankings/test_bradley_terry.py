"""Bradley–Terry: known answers, choix as an oracle, and what it estimates of known strengths."""

from __future__ import annotations

import math

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.evaluate.rankings.bradley_terry import (
    connected,
    is_connected,
    log_likelihood,
    standard_errors,
    strengths,
)
from personae.metrics.correlation import kendall


def drawn(generator, beta, per_pair: int):
    """Wins of independent votes by the model."""
    count = len(beta)
    wins = numpy.zeros((count, count))
    for i in range(count):
        for j in range(i + 1, count):
            won = generator.binomial(per_pair, 1 / (1 + math.exp(beta[j] - beta[i])))
            wins[i, j], wins[j, i] = won, per_pair - won
    return wins


def test_seventy_to_thirty_is_the_logarithm_of_the_odds():
    beta = strengths(numpy.array([[0, 70], [30, 0]]))
    assert beta[0] - beta[1] == pytest.approx(math.log(7 / 3), abs=1e-9)
    assert beta[0] - beta[1] == pytest.approx(0.847298, abs=1e-6)
    assert beta.sum() == pytest.approx(0)


def test_a_cycle_with_equal_wins_has_equal_strengths():
    assert strengths(numpy.array([[0, 6, 4], [4, 0, 6], [6, 4, 0]])) == pytest.approx([0, 0, 0])


def test_the_strengths_are_those_of_choix():
    choix = pytest.importorskip("choix")
    generator = numpy.random.default_rng(3)
    for _ in range(5):
        wins = drawn(generator, generator.normal(0, 0.8, 6), 40)
        games = [
            (i, j) for i in range(6) for j in range(6) for _ in range(int(wins[i, j])) if i != j
        ]
        theirs = choix.opt_pairwise(6, games, tol=1e-12)
        assert numpy.abs(strengths(wins) - (theirs - theirs.mean())).max() <= 1e-6


def test_kept_strengths_come_back_and_intervals_cover_them():
    """The design's check (a): 6 systems, β ~ N(0, .8), 600 votes a pair, 40 runs."""
    generator = numpy.random.default_rng(0)
    taus, covered = [], []
    for _ in range(40):
        beta = generator.normal(0, 0.8, 6)
        beta -= beta.mean()
        wins = drawn(generator, beta, 600)
        found = strengths(wins)
        errors = standard_errors(wins, found)
        taus.append(kendall(found, beta))
        covered += (numpy.abs(found - beta) <= 1.96 * errors).tolist()
    assert numpy.mean(taus) >= 0.95
    assert 0.90 <= numpy.mean(covered) <= 0.99


@settings(deadline=None)
@given(st.lists(st.integers(1, 30), min_size=12, max_size=12), st.integers(0, 2**32 - 1))
def test_no_other_strengths_are_likelier(counts, seed):
    wins = numpy.zeros((4, 4))
    wins[~numpy.eye(4, dtype=bool)] = counts
    best = strengths(wins)
    nudge = numpy.random.default_rng(seed).normal(0, 0.05, 4)
    assert log_likelihood(wins, best) >= log_likelihood(wins, best + nudge) - 1e-9


def test_a_stack_is_fitted_as_one_by_one():
    generator = numpy.random.default_rng(1)
    stack = numpy.array([drawn(generator, [0.5, 0, -0.5], 50) for _ in range(4)])
    assert strengths(stack) == pytest.approx(numpy.array([strengths(one) for one in stack]))


def test_a_system_that_never_lost_needs_pseudo_wins():
    wins = numpy.array([[0, 5, 5], [0, 0, 3], [0, 2, 0]])
    assert not is_connected(wins)
    assert is_connected(wins + wins.T)
    added, apart = connected(wins)
    assert apart
    assert added[1, 0] == 0.5
    assert numpy.isfinite(strengths(added)).all()
    same, apart = connected(wins + wins.T)
    assert not apart
    assert (same == wins + wins.T).all()
