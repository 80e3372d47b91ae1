"""Logistic regression, thresholds and folds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.errors import PersonaeError
from personae.recipes.logistic import auroc, best_threshold, f1_at, fit_logistic, folds_of


def test_the_fit_is_the_minimum_of_the_penalised_loss():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 5))
    y = x @ [2.0, -1.0, 0.0, 0.0, 0.5] + rng.logistic(size=60) > 0.3
    weights, bias = fit_logistic(x, y, 0.7)

    def loss(w, b):
        z = x @ w + b
        return np.logaddexp(0, np.where(y, -z, z)).sum() + 0.35 * (w @ w)

    least = loss(weights, bias)
    for step in np.eye(5) * 0.01:
        assert loss(weights + step, bias) > least < loss(weights - step, bias)
    assert loss(weights, bias + 0.01) > least < loss(weights, bias - 0.01)


def test_sides_that_a_line_parts_do_not_run_away():
    x = np.array([[-1.0], [-0.5], [0.5], [1.0]]) * 1e3
    weights, bias = fit_logistic(x, np.array([False, False, True, True]), 0.1)
    assert np.isfinite(weights).all()
    assert ((x @ weights + bias > 0) == [False, False, True, True]).all()


@pytest.mark.parametrize("side", [True, False])
def test_one_side_alone_is_refused(side):
    with pytest.raises(PersonaeError, match="one side"):
        fit_logistic(np.ones((3, 1)), np.array([side] * 3), 1.0)


scored = st.lists(st.tuples(st.integers(-5, 5), st.booleans()), min_size=2, max_size=30).filter(
    lambda rows: 0 < sum(is_out for _, is_out in rows) < len(rows)
)


@given(scored)
def test_auroc_is_the_chance_that_a_positive_scores_higher(rows):
    scores = np.array([float(score) for score, _ in rows])
    out = np.array([is_out for _, is_out in rows])
    wins = [(a > b) + 0.5 * (a == b) for a in scores[out] for b in scores[~out]]
    assert auroc(scores, out) == pytest.approx(np.mean(wins))


def test_auroc_counts_ties_by_half():
    positive = np.array([True, True, False, False])
    assert auroc(np.array([1.0, 0.5, 0.5, 0.0]), positive) == 0.875


@settings(max_examples=50)
@given(scored, st.floats(-6, 6))
def test_no_other_threshold_has_a_higher_f1(rows, other):
    scores = np.array([float(score) for score, _ in rows])
    out = np.array([is_out for _, is_out in rows])
    best = best_threshold(scores, out)
    assert f1_at(scores, out, best) >= f1_at(scores, out, other) - 1e-12


def test_f1_by_hand():
    scores, out = np.array([0.9, 0.8, 0.4, 0.1]), np.array([True, False, True, False])
    assert f1_at(scores, out, 0.5) == pytest.approx(0.5)
    assert f1_at(scores, out, 0.3) == pytest.approx(0.8)
    assert f1_at(scores, out, 1.0) == 0
    assert best_threshold(scores, out) == pytest.approx(0.25)


def test_rows_of_a_group_share_a_fold_and_folds_are_even():
    groups = [f"g{n % 13}" for n in range(60)]
    folds = folds_of(groups, 5, 3)
    assert len({(group, fold) for group, fold in zip(groups, folds, strict=True)}) == 13
    sizes = [len({g for g, f in zip(groups, folds, strict=True) if f == n}) for n in range(5)]
    assert max(sizes) - min(sizes) <= 1
    assert folds == folds_of(groups, 5, 3) != folds_of(groups, 5, 4)
