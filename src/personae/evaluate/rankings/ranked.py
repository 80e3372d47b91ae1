"""A ranking by each method asked for: scores, intervals over prompts, clusters, and remarks."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from personae.errors import UnknownEntry
from personae.evaluate.bootstrap import CONFIDENCE, RESAMPLES, Interval
from personae.evaluate.rankings.bradley_terry import (
    PSEUDO_WINS,
    connected,
    is_connected,
    standard_errors,
    strengths,
)
from personae.evaluate.rankings.comparing import Pair, pairs_of
from personae.evaluate.rankings.davidson import davidson
from personae.evaluate.rankings.raters import fleiss_kappa, krippendorff_alpha, vote_units
from personae.evaluate.rankings.trueskill import Game, averaged
from personae.evaluate.rankings.votes import Tally, Vote, tally
from personae.metrics.correlation import kendall

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

METHODS = ("bt", "davidson", "trueskill")
SLOW_RESAMPLES = 200  # of Davidson's model, which is fitted one resample at a time
PLAYED_RESAMPLES, PLAYED_ORDERS = 100, 5  # of TrueSkill: each resample in so many orders


@dataclass(frozen=True, slots=True)
class Standing:
    """One system in a ranking. `error` is the model's own standard error (TrueSkill: its σ).

    `interval` is of 95 %, by a bootstrap over prompts; None with fewer than two. Systems of one
    `cluster` (1 is best) are not told apart: a cluster ends where the next system's interval lies
    below those of all before it in the cluster.
    """

    system: str
    score: float
    error: float
    interval: Interval | None
    cluster: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The standings by one method, best first, and what must be known to read them."""

    method: str
    standings: tuple[Standing, ...]
    remarks: tuple[str, ...] = ()

    def scores(self) -> dict[str, float]:
        """The score of each system by name."""
        return {one.system: one.score for one in self.standings}


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that votes say: rankings, pairs, agreement of raters, and of the methods.

    `alpha` is Krippendorff's of the ordered outcomes, `kappa` Fleiss'; nan where they do not apply.
    `taus` holds Kendall's τ for each two methods.
    """

    votes: int
    prompts: int
    raters: int
    tie_rate: float
    rankings: tuple[Ranking, ...]
    pairs: tuple[Pair, ...]
    alpha: float
    kappa: float
    taus: dict[tuple[str, str], float]


def judged(
    votes: Sequence[Vote],
    methods: Sequence[str] = METHODS,
    *,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> Verdict:
    """Rank the systems of the votes by each method. Raises UnknownEntry, InvalidOption."""
    counted = tally(votes)
    rankings = tuple(
        _rank(name, counted, votes, resamples, seed) for name in dict.fromkeys(methods)
    )
    units = vote_units(votes)
    return Verdict(
        votes=len(votes),
        prompts=len(counted.prompts),
        raters=len({vote.rater for vote in votes}),
        tie_rate=_tie_rate(votes),
        rankings=rankings,
        pairs=tuple(pairs_of(counted)),
        alpha=krippendorff_alpha(units, "ordinal"),
        kappa=fleiss_kappa(units),
        taus={
            (one.method, other.method): agreement(one.scores(), other.scores())
            for at, one in enumerate(rankings)
            for other in rankings[at + 1 :]
        },
    )


def agreement(first: dict[str, float], second: dict[str, float]) -> float:
    """Kendall's τ of two scorings of the systems that both have."""
    common = [name for name in first if name in second]
    return kendall([first[name] for name in common], [second[name] for name in common])


def _rank(method: str, counted: Tally, votes: Sequence[Vote], resamples: int, seed: int) -> Ranking:
    if method not in METHODS:
        raise UnknownEntry("ranking method", method, METHODS)
    remarks = _remarks(counted)
    if method == "bt":
        scores, errors, drawn, apart = _bradley_terry(counted, resamples, seed)
        if apart and not remarks:
            remarks = [_pseudo(f"{apart} of {resamples} resamples are")]
    elif method == "davidson":
        scores, errors, drawn, more = _davidson(counted, min(resamples, SLOW_RESAMPLES), seed)
        remarks += more
    else:
        scores, errors, drawn = _trueskill(counted, votes, min(resamples, PLAYED_RESAMPLES), seed)
        remarks = [one for one in remarks if not counted.wins.sum()]
    told = len(counted.prompts) > 1 and counted.wins.sum() > 0
    spans = _intervals(drawn) if told else [None] * len(scores)
    if len(counted.prompts) < 2:
        remarks.append("All votes are on one prompt: there is no interval.")
    return Ranking(method, _standings(counted.systems, scores, errors, spans), tuple(remarks))


def _remarks(counted: Tally) -> list[str]:
    if not counted.wins.sum():
        return ["All votes are ties: nothing tells the systems apart."]
    if not is_connected(counted.halved.sum(axis=0)):
        return [_pseudo("The graph of wins is")]
    return []


def _pseudo(what: str) -> str:
    return (
        f"{what} not connected, so that some strength would be infinite: {PSEUDO_WINS:g} wins both "
        "ways were added to every pair."
    )


def _bradley_terry(
    counted: Tally, resamples: int, seed: int
) -> tuple[list[float], list[float], NDArray[float64], int]:
    import numpy as np

    wins, _ = connected(counted.halved.sum(axis=0))
    beta = strengths(wins)
    errors = standard_errors(wins, beta)
    weights = _weights(len(counted.prompts), resamples, seed)
    drawn, apart = connected(np.tensordot(weights, counted.halved, axes=(1, 0)))
    return beta.tolist(), errors.tolist(), strengths(drawn), int(apart.sum())


def _davidson(
    counted: Tally, resamples: int, seed: int
) -> tuple[list[float], list[float], NDArray[float64], list[str]]:
    import numpy as np

    count = len(counted.systems)
    if not counted.wins.sum():
        return [0.0] * count, [math.nan] * count, np.zeros((resamples, count)), []

    def fit(weights: NDArray[float64]) -> tuple[NDArray[float64], NDArray[float64], float]:
        wins, ties = (
            np.tensordot(weights, part, axes=(0, 0)) for part in (counted.wins, counted.ties)
        )
        _, apart = connected(wins + 0.5 * ties)
        if apart:
            wins = wins + PSEUDO_WINS * (1 - np.eye(count))
        if not wins.sum():
            return np.zeros(count), np.full(count, np.nan), math.inf
        found = davidson(wins, ties)
        return found.beta, found.errors, found.nu

    beta, errors, nu = fit(np.ones(len(counted.prompts)))
    drawn = [fit(row)[0] for row in _weights(len(counted.prompts), resamples, seed)]
    remark = f"ν = {nu:.3f}: two equal systems tie in {nu / (2 + nu):.0%} of votes."
    return beta.tolist(), errors.tolist(), np.array(drawn), [remark]


def _trueskill(
    counted: Tally, votes: Sequence[Vote], resamples: int, seed: int
) -> tuple[list[float], list[float], NDArray[float64]]:
    """μ − 3σ averaged over orders, for all prompts and for each resample of them."""
    import numpy as np

    number = {name: at for at, name in enumerate(counted.systems)}
    by_prompt: dict[str, list[Game]] = {}
    for vote in votes:
        one, other = vote.pair if vote.sign >= 0 else reversed(vote.pair)
        by_prompt.setdefault(vote.prompt, []).append((number[one], number[other], vote.sign == 0))
    groups, players = list(by_prompt.values()), len(counted.systems)
    games, rate = [game for group in groups for game in group], _tie_rate(votes)
    found = averaged(games, players, rate, seed=seed)
    rng = random.Random(seed)
    drawn = []
    for at in range(resamples):
        some = [game for group in rng.choices(groups, k=len(groups)) for game in group]
        played = averaged(some, players, rate, orders=PLAYED_ORDERS, seed=at)
        drawn.append([one.safe for one in played])
    return [one.safe for one in found], [one.sigma for one in found], np.array(drawn)


def _weights(prompts: int, resamples: int, seed: int) -> NDArray[float64]:
    """How often each prompt is drawn in each resample."""
    import numpy as np

    generator = np.random.default_rng(seed)
    return generator.multinomial(prompts, [1 / prompts] * prompts, size=resamples).astype(float)


def _intervals(drawn: NDArray[float64]) -> list[Interval | None]:
    import numpy as np

    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(drawn, [tail, 100 - tail], axis=0)
    return [Interval(float(a), float(b)) for a, b in zip(low, high, strict=True)]


def _standings(
    systems: Sequence[str], scores: Sequence[float], errors: Sequence[float],
    spans: Sequence[Interval | None],
) -> tuple[Standing, ...]:  # fmt: skip
    order = sorted(range(len(systems)), key=lambda at: (-scores[at], systems[at]))
    found: list[Standing] = []
    cluster, floor = 1, -math.inf
    for rank, at in enumerate(order):
        span = spans[at]
        low, high = (span.low, span.high) if span else (-math.inf, math.inf)
        if rank and high < floor:
            cluster, floor = cluster + 1, low
        else:
            floor = low if rank == 0 else min(floor, low)
        found.append(Standing(systems[at], scores[at], errors[at], span, cluster))
    return tuple(found)


def _tie_rate(votes: Sequence[Vote]) -> float:
    return sum(vote.winner == "tie" for vote in votes) / len(votes)
