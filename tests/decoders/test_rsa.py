"""The pragmatic update against numbers worked out by hand, and its laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.decoders.rsa import (
    literal_listener,
    next_prior,
    pragmatic_speaker,
    uniform_prior,
)

# Three personas, five words. The true persona is the first.
S0 = np.array(
    [
        [0.40, 0.30, 0.15, 0.10, 0.05],
        [0.40, 0.10, 0.15, 0.30, 0.05],
        [0.40, 0.20, 0.30, 0.05, 0.05],
    ]
)
LOGS = np.log(S0)


def test_the_literal_listener_is_what_a_hand_works_out():
    # beta = 1 and a flat prior: each column divided by its sum (1.2, 0.6, 0.6, 0.45, 0.15).
    found = np.exp(literal_listener(LOGS, uniform_prior(3), beta=1.0))
    expected = [
        [1 / 3, 0.5, 0.25, 2 / 9, 1 / 3],
        [1 / 3, 1 / 6, 0.25, 2 / 3, 1 / 3],
        [1 / 3, 1 / 3, 0.5, 1 / 9, 1 / 3],
    ]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_pragmatic_speaker_is_what_a_hand_works_out():
    # alpha = 2: L0² · S0 = 0.4/9, 0.25·0.3, 0.0625·0.15, (4/81)·0.1, 0.05/9, then their sum.
    weights = [0.0444444444, 0.075, 0.009375, 0.0049382716, 0.0055555556]
    total = 0.1393132716
    found = np.exp(pragmatic_speaker(LOGS, uniform_prior(3), alpha=2.0, beta=1.0))
    np.testing.assert_allclose(found, [weight / total for weight in weights], atol=1e-6)
    np.testing.assert_allclose(
        found, [0.3190252, 0.5383550, 0.0672944, 0.0354472, 0.0398782], atol=1e-6
    )
    assert S0[0].argmax() == 0
    assert found.argmax() == 1  # the word that tells the personas apart has become the likeliest


def test_the_second_step_goes_on_from_what_the_listener_has_learnt():
    prior = next_prior(LOGS, uniform_prior(3), 1, alpha=2.0, beta=1.0)
    np.testing.assert_allclose(np.exp(prior), [1 / 2, 1 / 6, 1 / 3], atol=1e-6)
    # Column 2, beta = 1: 0.15/2, 0.15/6, 0.3/3 of their sum 0.2.
    listener = np.exp(literal_listener(LOGS, prior, beta=1.0))
    np.testing.assert_allclose(listener[:, 2], [0.375, 0.125, 0.5], atol=1e-6)


def test_a_root_flattens_the_listener():
    # beta = 1/2, column 1: roots of 0.3, 0.1, 0.2.
    roots = [math.sqrt(0.3), math.sqrt(0.1), math.sqrt(0.2)]
    found = np.exp(literal_listener(LOGS, uniform_prior(3), beta=0.5))[:, 1]
    np.testing.assert_allclose(found, [root / sum(roots) for root in roots], atol=1e-6)


def test_the_pragmatic_prior_is_what_a_hand_works_out():
    # alpha = 1, beta = 1: S1_i(u) ∝ L0(i|u)·S0(u|i); column 1 of each persona over its own sum.
    own = np.array([[s * s / S0[:, u].sum() for u, s in enumerate(row)] for row in S0])
    spoken = own[:, 1] / own.sum(axis=1)
    found = np.exp(next_prior(LOGS, uniform_prior(3), 1, alpha=1.0, beta=1.0, rule="pragmatic"))
    np.testing.assert_allclose(found, spoken / spoken.sum(), atol=1e-6)


def test_without_a_rule_nothing_is_learnt():
    found = next_prior(LOGS, np.log([0.6, 0.3, 0.1]), 1, alpha=2.0, beta=1.0, rule="uniform")
    np.testing.assert_allclose(np.exp(found), [1 / 3] * 3)


rows = st.lists(st.floats(0.01, 1), min_size=4, max_size=4)
worlds = st.lists(rows, min_size=1, max_size=4).map(
    lambda values: np.log(np.array(values) / np.array(values).sum(axis=1, keepdims=True))
)


@given(worlds, st.floats(0, 8), st.floats(0, 2))
def test_distributions_sum_to_one_and_alpha_0_is_the_model_itself(world, alpha, beta):
    prior = uniform_prior(len(world))
    spoken = pragmatic_speaker(world, prior, alpha=alpha, beta=beta)
    assert np.exp(spoken).sum() == pytest.approx(1)
    assert np.exp(literal_listener(world, prior, beta)).sum(axis=0) == pytest.approx(np.ones(4))
    plain = pragmatic_speaker(world, prior, alpha=0.0, beta=beta)
    np.testing.assert_allclose(plain, world[0], atol=1e-9)


@given(worlds, st.floats(0, 8), st.floats(0, 2))
def test_personas_that_say_the_same_teach_the_listener_nothing(world, alpha, beta):
    same = np.repeat(world[:1], 3, axis=0)
    prior = uniform_prior(3)
    spoken = pragmatic_speaker(same, prior, alpha=alpha, beta=beta)
    np.testing.assert_allclose(spoken, same[0], atol=1e-9)
    np.testing.assert_allclose(next_prior(same, prior, 2, alpha=alpha, beta=beta), prior, atol=1e-9)
