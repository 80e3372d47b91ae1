"""Intervals cover what they say, and paired comparison sees what single intervals miss."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy
import pytest

from personae.evaluate.bootstrap import interval, paired_difference
from personae.metrics.types import Scores, mean_scores


def means(values: list[float | None]) -> Scores:
    return mean_scores("made-up", values, unit="0–1", higher_is_better=True)


def every(scores: Scores) -> list[tuple[int, int]]:
    return [(at, at) for at in range(len(scores.values))]


def test_the_interval_covers_the_true_mean_about_95_percent_of_the_time():
    generator = numpy.random.default_rng(7)
    covered = 0
    for at in range(300):
        span = interval(means(generator.exponential(1.0, size=80).tolist()), seed=at, resamples=300)
        assert span is not None
        covered += span.low <= 1.0 <= span.high
    assert 0.89 <= covered / 300 <= 0.98


def test_the_interval_is_close_to_the_normal_one_for_many_samples():
    values = numpy.random.default_rng(1).normal(0.4, 0.1, size=2000)
    span = interval(means(values.tolist()))
    reach = NormalDist().inv_cdf(0.975) * values.std() / math.sqrt(2000)
    assert span is not None
    assert span.low == pytest.approx(values.mean() - reach, abs=reach / 10)
    assert span.high == pytest.approx(values.mean() + reach, abs=reach / 10)


def test_one_seed_gives_one_interval():
    scores = means([0.1, 0.9, 0.4, 0.3, 0.8])
    assert interval(scores, seed=3) == interval(scores, seed=3)
    assert interval(scores, seed=3, resamples=50) != interval(scores, seed=4, resamples=50)


def test_samples_without_a_value_are_never_drawn():
    scores = means([0.5, None, 0.5, None])
    span = interval(scores)
    assert span is not None
    assert (span.low, span.high) == (0.5, 0.5)


@pytest.mark.parametrize("values", [[], [None], [0.3], [0.3, None]])
def test_fewer_than_two_values_have_no_interval(values):
    assert interval(means(values)) is None
    assert paired_difference(means(values), means(values), every(means(values))) is None


def test_figures_that_are_not_finite_have_no_interval():
    scores = means([math.inf, 1.0, 2.0])
    assert interval(scores) is None
    assert paired_difference(scores, means([1.0, 1.0, math.inf]), every(scores)) is None


def test_a_small_but_steady_difference_is_seen_in_pairs():
    generator = numpy.random.default_rng(3)
    hard = generator.uniform(0, 1, size=100)
    first = means(hard.tolist())
    second = means((hard + generator.normal(0.02, 0.02, size=100)).tolist())
    one, other = interval(first), interval(second)
    assert one is not None
    assert other is not None
    assert one.high > other.low  # the intervals of the runs overlap …
    found = paired_difference(first, second, every(first))
    assert found is not None
    assert found.difference == pytest.approx(second.total - first.total)
    assert found.interval.low > 0  # … and the difference is still sure
    assert found.p < 0.01
    assert found.count == 100


def test_equal_runs_differ_by_nothing_with_p_1():
    scores = means(numpy.random.default_rng(2).uniform(size=50).tolist())
    found = paired_difference(scores, scores, every(scores))
    assert found is not None
    assert (found.difference, found.interval.low, found.interval.high, found.p) == (0, 0, 0, 1)


def test_p_is_evenly_spread_where_there_is_no_difference():
    generator = numpy.random.default_rng(11)
    small = 0
    for at in range(200):
        one, other = (means(generator.normal(size=60).tolist()) for _ in range(2))
        found = paired_difference(one, other, every(one), seed=at, resamples=200)
        assert found is not None
        small += found.p < 0.1
    assert 0.04 <= small / 200 <= 0.17


def test_only_common_samples_are_compared():
    first, second = means([0.0, 0.2, None, 0.4]), means([0.9, 0.3, 0.1, None])
    found = paired_difference(first, second, [(0, 1), (1, 2), (2, 0), (3, 3)])
    assert found is not None
    assert found.count == 2
    assert found.difference == pytest.approx((0.3 + 0.1) / 2 - (0.0 + 0.2) / 2)


def jackknifed(values: list[float]) -> Scores:
    def without_each(indices):
        kept = [values[at] for at in indices]
        return [(sum(kept) - value) / (len(kept) - 1) for value in kept]

    return Scores(
        name="made-up",
        values=tuple(values),
        total=sum(values) / len(values),
        unit="0–1",
        resample=lambda indices: sum(values[at] for at in indices) / len(indices),
        leave_one_out=without_each,
    )


def test_the_jackknife_of_a_mean_is_its_standard_error():
    values = numpy.random.default_rng(4).uniform(size=40)
    span = interval(jackknifed(values.tolist()))
    reach = NormalDist().inv_cdf(0.975) * values.std(ddof=1) / math.sqrt(40)
    assert span is not None
    assert span.low == pytest.approx(values.mean() - reach)
    assert span.high == pytest.approx(values.mean() + reach)


def test_the_jackknife_compares_in_pairs_too():
    generator = numpy.random.default_rng(4)
    values = generator.uniform(size=40)
    better = values + generator.normal(0.05, 0.01, size=40)
    first, second = jackknifed(values.tolist()), jackknifed(better.tolist())
    found = paired_difference(first, second, every(first))
    assert found is not None
    assert found.interval.low > 0.04
    assert found.p < 1e-6
    same = paired_difference(first, first, every(first))
    assert same is not None
    assert same.p == 1
