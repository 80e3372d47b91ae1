"""How much the frozen vectors count beside the cross-encoder."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest

FILE = Path(__file__).parents[2] / "training" / "ranking" / "mix.py"


@pytest.fixture(scope="module")
def mix():
    spec = importlib.util.spec_from_file_location("ranking_mix", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_what_tells_the_gold_reply_counts_and_noise_does_not(mix):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(400, 20, 2))
    features[:, 0, 0] += 2.0
    weights, share = mix.fitted(features)
    assert weights[0] > 5 * abs(weights[1])
    assert 0.5 < share < 0.9


def test_two_numbers_that_each_know_something_are_better_than_one(mix):
    rng = np.random.default_rng(1)
    features = rng.normal(size=(400, 20, 2))
    features[:, 0] += 1.5
    assert mix.fitted(features)[1] > mix.fitted(features[:, :, :1])[1]
