"""Davidson's model: Bradley–Terry without ties, and ties that follow the model come back."""

from __future__ import annotations

import math

import numpy
import pytest

from personae.errors import InvalidOption
from personae.evaluate.rankings.bradley_terry import standard_errors, strengths
from personae.evaluate.rankings.davidson import davidson


def symmetric(i_j: float):
    return numpy.array([[0, i_j], [i_j, 0]])


def test_without_ties_it_is_bradley_terry():
    wins = numpy.array([[0, 12, 9], [8, 0, 11], [6, 9, 0]])
    found = davidson(wins, numpy.zeros((3, 3)))
    assert found.nu == 0
    assert found.beta == pytest.approx(strengths(wins), abs=1e-7)
    assert found.errors == pytest.approx(standard_errors(wins, found.beta), abs=1e-6)


def test_two_systems_can_be_worked_out_by_hand():
    """With one pair the model is saturated: the shares are 0.5, 0.3, 0.2."""
    found = davidson(numpy.array([[0, 50], [20, 0]]), symmetric(30))
    assert found.beta[0] - found.beta[1] == pytest.approx(math.log(50 / 20), abs=1e-8)
    assert found.nu == pytest.approx(30 / math.sqrt(50 * 20), abs=1e-8)


def test_expected_counts_give_back_what_they_were_made_of():
    beta, nu = numpy.array([0.9, 0.1, -0.4, -0.6]), 0.8
    wins, ties = numpy.zeros((4, 4)), numpy.zeros((4, 4))
    for i in range(4):
        for j in range(i + 1, 4):
            one, other = math.exp(beta[i]), math.exp(beta[j])
            whole = one + other + nu * math.sqrt(one * other)
            wins[i, j], wins[j, i] = 100 * one / whole, 100 * other / whole
            ties[i, j] = ties[j, i] = 100 * nu * math.sqrt(one * other) / whole
    found = davidson(wins, ties)
    assert found.beta == pytest.approx(beta, abs=1e-7)
    assert found.nu == pytest.approx(nu, abs=1e-7)


def test_only_ties_have_no_maximum():
    with pytest.raises(InvalidOption, match="All votes are ties"):
        davidson(numpy.zeros((2, 2)), symmetric(5))
