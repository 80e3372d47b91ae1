"""Descent in numpy."""

import numpy as np
import pytest

from personae.encoders.heads import softmax
from personae.errors import PersonaeError
from personae.recipes.descent import adam


def test_it_finds_the_bottom_of_a_bowl():
    goal = np.array([3.0, -1.0])
    (found,) = adam([np.zeros(2)], lambda now, _: [now[0] - goal], 400, rate=0.1)
    assert found == pytest.approx(goal, abs=0.02)


def test_decay_draws_to_nothing():
    (found,) = adam([np.ones(2)], lambda now, _: [np.zeros(2)], 100, rate=0.1, decay=1.0)
    assert (found < 0.1).all()


def test_a_gradient_that_is_not_finite_ends_it():
    with pytest.raises(PersonaeError, match="not finite at step 0"):
        adam([np.zeros(2)], lambda now, _: [np.array([np.nan, 1])], 3, rate=0.1)


def test_softmax_sums_to_one_whatever_the_size():
    found = softmax(np.array([[1e4, 1e4 - 1.0], [-1e4, 0.0]]))
    assert found.sum(axis=1) == pytest.approx([1, 1])
    assert found[0, 0] == pytest.approx(1 / (1 + np.exp(-1)))
