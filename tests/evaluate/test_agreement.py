"""The agreement of two judges, against figures worked out by hand."""

from __future__ import annotations

import pytest

from personae.evaluate.agreement import agreement_of


def test_kappa_is_the_agreement_beyond_chance():
    # Cohen 1960: 20 both, 5 and 10 alone, 15 neither: share 0.7, by chance 0.5, kappa 0.4.
    first = [1] * 20 + [1] * 5 + [0] * 10 + [0] * 15
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    found = agreement_of(first, second)
    assert (found.count, found.both, found.first_only, found.second_only) == (50, 20, 5, 10)
    assert found.share == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)


def test_samples_that_one_judge_has_no_value_for_are_left_out():
    found = agreement_of([1.0, None, 0.0], [1.0, 1.0, None])
    assert (found.count, found.share, found.kappa) == (1, 1.0, 1.0)


def test_opposite_judges_have_a_kappa_of_minus_one():
    assert agreement_of([1, 0], [0, 1]).kappa == pytest.approx(-1)


def test_nothing_to_judge_is_no_disagreement():
    assert agreement_of([], []).share == 1
