"""TrueSkill: the design's golden values, and the package `trueskill` as an oracle."""

from __future__ import annotations

import random

import pytest

from personae.evaluate.rankings.trueskill import (
    DRAW_CHANCE,
    Rating,
    averaged,
    draw_margin,
    in_order,
    played,
)

MARGIN = draw_margin(DRAW_CHANCE)


def shown(pair):
    return [(round(one.mu, 3), round(one.sigma, 3)) for one in pair]


@pytest.mark.parametrize(
    ("first", "second", "draw", "expected"),
    [
        (Rating(), Rating(), False, [(29.396, 7.171), (20.604, 7.171)]),
        (Rating(), Rating(), True, [(25.0, 6.458), (25.0, 6.458)]),
        (Rating(29, 7), Rating(22, 5), True, [(25.850, 5.192), (23.607, 4.389)]),
        (Rating(22, 5), Rating(29, 7), False, [(25.172, 4.538), (22.783, 5.661)]),
    ],
)
def test_golden_values(first, second, draw, expected):
    assert shown(played(first, second, draw, MARGIN)) == expected


def test_games_go_as_in_the_package():
    oracle = pytest.importorskip("trueskill")
    rng = random.Random(2)
    for chance in (0.02, 0.1, 0.45):
        world = oracle.TrueSkill(draw_probability=chance)
        theirs = [world.create_rating() for _ in range(4)]
        games = []
        for _ in range(60):
            one, other = rng.sample(range(4), 2)
            games.append((one, other, rng.random() < chance))
        for one, other, draw in games:
            theirs[one], theirs[other] = oracle.rate_1vs1(
                theirs[one], theirs[other], drawn=draw, env=world
            )
        ours = in_order(games, 4, draw_margin(chance))
        assert [one.mu for one in ours] == pytest.approx([one.mu for one in theirs], abs=1e-6)
        assert [one.sigma for one in ours] == pytest.approx([one.sigma for one in theirs], abs=1e-6)


def test_the_impossible_does_not_break_it():
    for draw in (True, False):
        for one in played(Rating(-500, 0.5), Rating(500, 0.5), draw, MARGIN):
            assert -500 <= one.mu <= 500
            assert one.sigma > 0


def test_orders_differ_and_their_mean_is_repeatable():
    games = [(0, 1, False)] * 6 + [(1, 2, False)] * 6 + [(2, 0, False)] * 6
    once = [in_order(order, 3, MARGIN)[0].mu for order in (games, games[::-1])]
    assert abs(once[0] - once[1]) > 0.1
    mean = averaged(games, 3, DRAW_CHANCE, orders=300, seed=4)
    assert mean == averaged(games, 3, DRAW_CHANCE, orders=300, seed=4)
    assert max(one.mu for one in mean) - min(one.mu for one in mean) < 1
