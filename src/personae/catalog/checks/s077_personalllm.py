"""S077 PersonalLLM: how users cling, how they vote, and who is found to be like whom."""

from __future__ import annotations

import math
import random
from statistics import fmean, stdev

from personae.benchmarks.personalllm import (
    HISTORY,
    Algorithm,
    Database,
    Pool,
    open_pool,
    personalllm,
    row_of,
    split,
    user_vector,
)
from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.metrics.answer_scorers import draw_users, vote_entropy, votes_of

DRAWS = 5_000
CLINGING = {0.01: 0.82, 0.05: 0.38, 0.1: 0.15, 1.0: 0.0}  # share with one weight of at least .9
TOLERANCE = 0.03
ALPHAS = (0.1, 1.0, 10.0)
USERS, TESTS = 300, 150
ASKED = 300  # test users: fewer leave too much to chance


def check(context: CheckContext) -> list[str]:
    """Clinging users, vote entropy, neighbours, and what knowing likes is worth."""
    pool = open_pool()
    return [
        _clinging(context.seed),
        _entropies(pool, context.seed),
        _neighbours(pool, context.seed),
        _worth(context.seed),
    ]


def _clinging(seed: int) -> str:
    found = {
        alpha: float((draw_users(DRAWS, alpha, seed).max(axis=1) >= 0.9).mean())
        for alpha in CLINGING
    }
    line = "users with one weight of at least .9: " + ", ".join(
        f"{share:.3f} at {alpha}" for alpha, share in found.items()
    )
    far = [alpha for alpha, share in found.items() if abs(share - CLINGING[alpha]) > TOLERANCE]
    expect(not far, f"{line}; expected {CLINGING}.")
    return line


def _entropies(pool: Pool, seed: int) -> str:
    found = [
        vote_entropy(votes_of(pool.rewards(draw_users(1_000, alpha, seed)))) for alpha in ALPHAS
    ]
    line = "vote entropy over alpha .1, 1, 10: " + ", ".join(f"{one:.2f}" for one in found)
    expect(found[0] > found[1] > found[2], f"{line}; it was to fall.")
    return line


def _neighbours(pool: Pool, seed: int) -> str:
    """Cosines of weights: the 20 nearest users against all, paired over the test users."""
    import numpy

    known, _ = split(pool, seed)
    database = Database.of(pool, known, draw_users(USERS, 0.05, seed), seed)
    weights = draw_users(TESTS, 0.05, seed + 1)
    rewards, gains, near = pool.rewards(weights), [], []
    lengths = numpy.linalg.norm(database.weights, axis=1)
    for user in range(TESTS):
        rng = random.Random(f"{seed}/{user}")
        own = [row_of(rewards[user], at) for at in rng.sample(known, HISTORY)]
        cosines = database.weights @ weights[user] / lengths / numpy.linalg.norm(weights[user])
        found = cosines[database.nearest_users(user_vector(pool, own))]
        near.append(float(found.mean()))
        gains.append(float(found.mean() - cosines.mean()))
    p = above_zero_p(gains)
    line = (
        f"cosine of weights with neighbours {fmean(near):.2f}, with all "
        f"{fmean(near) - fmean(gains):.2f} (p {p:.1g})"
    )
    expect(p < 0.01, f"{line}; neighbours were to be more alike.")
    return line


def _worth(seed: int) -> str:
    """What the candidate nearest to what was liked gives above the mean of all candidates."""
    told, chances = [], []
    algorithms: tuple[Algorithm, ...] = ("icl", "meta-knn")
    for algo in algorithms:
        made = personalllm(algo=algo, users=USERS, tests=ASKED, seed=seed)
        rng, gains = random.Random(seed), []
        for one in made.questions:
            chosen = one.options.index(made.baselines["nearest"](one, rng))
            gains.append(one.labels["rewards"][chosen] - fmean(one.labels["rewards"]))
        chances.append(above_zero_p(gains))
        told.append(f"{algo} {fmean(gains):+.2f} (p {chances[-1]:.1g})")
    line = f"reward above the mean of the candidate nearest to what was liked: {', '.join(told)}"
    expect(max(chances) < 0.01, f"{line}; likes were to be worth something.")
    return line


def above_zero_p(values: list[float]) -> float:
    """The chance of a mean at least so far above zero (normal, one-sided)."""
    spread = stdev(values) / math.sqrt(len(values))
    return math.erfc(fmean(values) / spread / math.sqrt(2)) / 2
