"""S091 chateval-protocol: rankings recover known strengths, with honest intervals; golden values.

All by arithmetic on drawn votes: no model and no data set is needed.
"""

from __future__ import annotations

import math
from statistics import fmean
from typing import TYPE_CHECKING

from personae.catalog.check import CheckContext
from personae.catalog.check_data import expect
from personae.data import Persona, Sample, Scene
from personae.evaluate.arena.contests import contests, obvious
from personae.evaluate.rankings.bradley_terry import standard_errors, strengths
from personae.evaluate.rankings.ranked import judged
from personae.evaluate.rankings.trueskill import DRAW_CHANCE, Rating, draw_margin, played
from personae.evaluate.rankings.votes import Vote
from personae.metrics.correlation import kendall

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SYSTEMS, RUNS, VOTES_A_PAIR, SPREAD = 6, 40, 600, 0.8
LEAST_TAU, LEAST_COVERED = 0.95, 0.90
# (winner or drawn, other, draw) → μ and σ of both, as `trueskill` 0.4.5 gives them.
GOLDEN = (
    (Rating(), Rating(), False, (29.396, 7.171, 20.604, 7.171)),
    (Rating(), Rating(), True, (25.0, 6.458, 25.0, 6.458)),
    (Rating(29, 7), Rating(22, 5), True, (25.850, 5.192, 23.607, 4.389)),
    (Rating(22, 5), Rating(29, 7), False, (25.172, 4.538, 22.783, 5.661)),
)
PROMPTS, RATERS = 60, 10


def check(context: CheckContext) -> list[str]:
    """Golden values, recovery, clusters, intervals over prompts, and blinding."""
    return [
        *check_golden(),
        *check_recovery(context.seed),
        *check_prompts(context.seed),
        *check_blinding(context.seed),
    ]


def check_golden() -> list[str]:
    """Bradley–Terry and TrueSkill against worked values. Raises CheckFailed."""
    import numpy as np

    lead = strengths(np.array([[0, 70], [30, 0]]))
    gap = float(lead[0] - lead[1])
    expect(
        abs(gap - math.log(7 / 3)) < 1e-6, f"70:30 gives a difference of {gap:.6f}, not 0.847298."
    )
    cycle = strengths(np.array([[0, 6, 4], [4, 0, 6], [6, 4, 0]]))
    expect(bool(np.abs(cycle).max() < 1e-8), f"A cycle of equal wins gives {cycle}, not equals.")
    margin = draw_margin(DRAW_CHANCE)
    for one, other, draw, expected in GOLDEN:
        found = [x for r in played(one, other, draw, margin) for x in (r.mu, r.sigma)]
        off = max(abs(a - b) for a, b in zip(found, expected, strict=True))
        expect(off <= 6e-4, f"TrueSkill gives {found} for {one}, {other}, not {expected}.")
    return [f"70:30 is a difference of {gap:.6f}; {len(GOLDEN)} TrueSkill games are as published"]


def check_recovery(seed: int) -> list[str]:
    """Known strengths come back in order, and 95 % intervals hold them. Raises CheckFailed."""
    import numpy as np

    generator = np.random.default_rng(seed)
    taus, covered = list[float](), list[bool]()
    for _ in range(RUNS):
        beta = generator.normal(0, SPREAD, SYSTEMS)
        beta -= beta.mean()
        wins = drawn(generator, beta)
        found = strengths(wins)
        taus.append(kendall(found.tolist(), beta.tolist()))
        covered += (np.abs(found - beta) <= 1.96 * standard_errors(wins, found)).tolist()
    tau, share = fmean(taus), fmean(covered)
    expect(tau >= LEAST_TAU, f"Kendall's τ with the true strengths is {tau:.3f}.")
    expect(share >= LEAST_COVERED, f"95 % intervals hold the truth in {share:.0%} of cases.")
    return [f"{RUNS} runs of {SYSTEMS} systems: τ {tau:.3f}, 95 % intervals cover {share:.1%}"]


def drawn(generator: np.random.Generator, beta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Wins of independent votes by Bradley–Terry's model."""
    import numpy as np

    wins = np.zeros((len(beta), len(beta)))
    for i in range(len(beta)):
        for j in range(i + 1, len(beta)):
            won = generator.binomial(VOTES_A_PAIR, 1 / (1 + math.exp(beta[j] - beta[i])))
            wins[i, j], wins[j, i] = won, VOTES_A_PAIR - won
    return wins


def check_prompts(seed: int) -> list[str]:
    """Raters who copy each other do not narrow an interval. Raises CheckFailed."""
    import numpy as np

    generator = np.random.default_rng(seed)
    won = generator.random(PROMPTS) < 0.65
    alone = [Vote(f"p{at}", "r0", "a", "b", "first" if w else "second") for at, w in enumerate(won)]
    copies = [Vote(v.prompt, f"r{n}", "a", "b", v.winner) for v in alone for n in range(RATERS)]
    widths = []
    for votes in (alone, copies):
        span = judged(votes, ["bt"], seed=seed).rankings[0].standings[0].interval
        expect(span is not None, "Votes on many prompts have no interval.")
        widths.append(span.high - span.low if span else 0.0)
    ratio = widths[1] / widths[0]
    expect(abs(ratio - 1) < 0.05, f"{RATERS} copies of a rater change the interval by {ratio:.2f}.")
    return [f"{RATERS} raters who copy each other leave the interval as wide as one ({ratio:.2f})"]


def check_blinding(seed: int) -> list[str]:
    """Sides are shared out by chance, and equal replies tie. Raises CheckFailed."""
    scene = Scene(persona=Persona(name="Ana")).said("Bo", "Hello.")
    systems = {
        name: [Sample(id=f"p{at}", scene=scene, reply=f"{name} {at % 50}") for at in range(200)]
        for name in ("x", "y")
    }
    asked = contests(systems, seed=seed)
    share = fmean(one.first == "x" for one in asked)
    expect(0.4 < share < 0.6, f"One system is shown first in {share:.0%} of contests.")
    same = contests({"x": systems["x"], "y": systems["x"]}, seed=seed)
    expect({obvious(one) for one in same} == {"tie"}, "Equal replies are not a tie.")
    return [f"{len(asked)} contests: a system is shown first in {share:.0%}; equal replies tie"]
