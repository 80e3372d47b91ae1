"""How much of a spread groups explain."""

from __future__ import annotations

import random

import pytest

from personae.errors import InvalidOption
from personae.evaluate.group_share import group_share


def test_groups_that_are_the_figures_explain_all_of_them():
    found = group_share([1, 1, 1, 5, 5, 5, 9, 9, 9], list("aaabbbccc"))
    assert found.share == pytest.approx(1)
    assert found.p < 0.02


def test_the_share_is_between_over_all():
    found = group_share([1, 3, 5, 7], list("aabb"))
    assert found.share == pytest.approx(16 / 20)


def test_groups_without_a_meaning_explain_what_chance_does():
    small = 0
    for seed in range(60):
        rng = random.Random(seed)
        values = [rng.gauss(0, 1) for _ in range(24)]
        found = group_share(values, [f"g{at // 2}" for at in range(24)], seed=seed, shuffles=200)
        assert found.by_chance == pytest.approx(11 / 23, abs=0.05)
        small += found.p < 0.05
    assert small <= 8


def test_where_nothing_can_be_shared_there_is_nothing():
    assert group_share([1, 2, 3], ["a", "a", "a"]) is None
    assert group_share([2, 2, 2], ["a", "b", "a"]) is None
    assert group_share([1, 2, 3], ["a", "b", "c"]) is None


def test_lists_of_different_lengths_are_refused():
    with pytest.raises(InvalidOption, match="3 figures and 2 groups"):
        group_share([1, 2, 3], ["a", "b"])
