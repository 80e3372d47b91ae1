"""The variance ratio: it finds a spread that is there, and none that is not."""

from __future__ import annotations

import math
import random

import numpy
import pytest

from personae.errors import InvalidOption
from personae.evaluate.spread import variance_ratio


def accuracies(generator, groups, sd, items=200):
    chances = numpy.clip(0.6 + generator.normal(0, sd, groups), 0, 1)
    return (generator.binomial(items, chances) / items).tolist()


def test_the_ratio_is_that_of_numpys_variances():
    first, second = [0.1, 0.4, 0.6, 0.7, 0.2], [0.5, 0.52, 0.49, 0.55]
    found = variance_ratio(first, second)
    assert found.ratio == pytest.approx(numpy.var(first, ddof=1) / numpy.var(second, ddof=1))
    assert found.first_sd == pytest.approx(numpy.std(first, ddof=1))
    assert found.interval.low < found.ratio < found.interval.high


def test_a_spread_of_a_tenth_is_told_from_the_noise_of_paraphrases():
    generator = numpy.random.default_rng(7)
    found = variance_ratio(accuracies(generator, 162, 0.1), accuracies(generator, 30, 0.02))
    assert found.is_larger


@pytest.mark.parametrize("sizes", [(162, 30), (24, 10)])
def test_equal_spreads_are_told_apart_in_at_most_7_of_100_seeds(sizes):
    covered = 0
    for seed in range(300):
        generator = numpy.random.default_rng(seed)
        first, second = (accuracies(generator, size, 0.0) for size in sizes)
        reach = variance_ratio(first, second, seed=seed, resamples=400).interval
        covered += reach.low <= 1 <= reach.high
    assert covered >= 0.93 * 300


def test_one_value_alone_has_no_interval():
    same, apart = [0.5] * 6, [0.1, 0.2, 0.3, 0.4]
    assert variance_ratio(apart, same).ratio == math.inf
    assert variance_ratio(same, apart).ratio == 0
    assert math.isnan(variance_ratio(same, [1 / 3] * 5).ratio)
    assert variance_ratio(apart, same).interval is None


def test_a_seed_makes_the_interval_repeatable():
    rng = random.Random(2)
    first, second = ([rng.random() for _ in range(9)] for _ in range(2))
    assert variance_ratio(first, second, seed=4) == variance_ratio(first, second, seed=4)
    assert variance_ratio(first, second, seed=4) != variance_ratio(first, second, seed=5)


def test_three_figures_are_too_few():
    with pytest.raises(InvalidOption, match="3 and 9 figures"):
        variance_ratio([0.1, 0.2, 0.3], [0.1] * 9)
