"""TrueSkill for two players (Herbrich et al. 2006): ratings that are updated game by game.

The result depends on the order of the games, so that it is averaged over random orders.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean

MU, SIGMA = 25.0, 25.0 / 3
BETA, TAU = 25.0 / 6, 25.0 / 300
DRAW_CHANCE = 0.10
MOST_DRAWS = 0.99  # at 1 the margin of a draw is infinite
ORDERS = 100
_NORMAL = NormalDist()
_TINY = 1e-300

Game = tuple[int, int, bool]  # winner, loser, whether it was a draw


@dataclass(frozen=True, slots=True)
class Rating:
    """What is believed of a player's skill."""

    mu: float = MU
    sigma: float = SIGMA

    @property
    def safe(self) -> float:
        """μ − 3σ: what the skill very likely is at least; systems are ranked by it."""
        return self.mu - 3 * self.sigma


def draw_margin(draw_chance: float) -> float:
    """ε of two players whose games are a draw so often."""
    return _NORMAL.inv_cdf((min(draw_chance, MOST_DRAWS) + 1) / 2) * math.sqrt(2) * BETA


def played(winner: Rating, loser: Rating, draw: bool, margin: float) -> tuple[Rating, Rating]:
    """The ratings after a game; `margin` is `draw_margin`."""
    won, lost = winner.sigma**2 + TAU**2, loser.sigma**2 + TAU**2
    spread = math.sqrt(2 * BETA**2 + won + lost)
    lead, edge = (winner.mu - loser.mu) / spread, margin / spread
    v, w = _drawn(lead, edge) if draw else _won(lead - edge)
    return (
        Rating(winner.mu + won / spread * v, math.sqrt(won * max(1e-12, 1 - won / spread**2 * w))),
        Rating(
            loser.mu - lost / spread * v, math.sqrt(lost * max(1e-12, 1 - lost / spread**2 * w))
        ),
    )


def in_order(games: Sequence[Game], players: int, margin: float) -> list[Rating]:
    """The ratings after the games in this order."""
    ratings = [Rating()] * players
    for winner, loser, draw in games:
        ratings[winner], ratings[loser] = played(ratings[winner], ratings[loser], draw, margin)
    return ratings


def averaged(
    games: Sequence[Game], players: int, draw_chance: float, *, orders: int = ORDERS, seed: int = 0
) -> list[Rating]:
    """Mean μ and mean σ over random orders of the games."""
    rng, margin, order = random.Random(seed), draw_margin(draw_chance), list(games)
    found = []
    for _ in range(orders):
        rng.shuffle(order)
        found.append(in_order(order, players, margin))
    return [
        Rating(fmean(one.mu for one in column), fmean(one.sigma for one in column))
        for column in zip(*found, strict=True)
    ]


def _won(lead: float) -> tuple[float, float]:
    """v and w of a win; far below 0 v tends to -lead."""
    below = _cdf(lead)
    v = _pdf(lead) / below if below > _TINY else -lead
    return v, v * (v + lead)


def _drawn(lead: float, edge: float) -> tuple[float, float]:
    """v and w of a draw; far from 0 v tends to the way back to the margin."""
    inside = _cdf(edge - lead) - _cdf(-edge - lead)
    if inside <= _TINY:
        return (edge - lead if lead > 0 else -edge - lead), 1.0
    low, high = _pdf(-edge - lead), _pdf(edge - lead)
    v = (low - high) / inside
    return v, v * v + ((edge - lead) * high + (edge + lead) * low) / inside


def _pdf(x: float) -> float:
    return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def _cdf(x: float) -> float:
    return math.erfc(-x / math.sqrt(2)) / 2
