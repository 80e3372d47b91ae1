"""Score the candidates by how likely the pragmatic speaker would say them."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from personae.decoders.cut_world import cut_world
from personae.decoders.rsa import PriorRule, next_prior, pragmatic_speaker, uniform_prior
from personae.draft import Count, Draft, Kit, Step
from personae.lm.types import DistributionModel, NextTokens, Request, need_distributions
from personae.registry import EntryInfo
from personae.steps.listener_world import (
    Contrast,
    Distractors,
    World,
    distractors_for,
    requests_of,
)
from personae.steps.write_for_listener import Rationality

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENTRY = EntryInfo(needs=("distribution",), embedder=True)

# Engines queue what has no slot, so that more workers than slots only wait.
WORKERS = 16


def rank_for_listener(
    *,
    alpha: Rationality = 8.0,
    beta: Rationality = 1.0,
    world: World = 3,
    contrast: Contrast = "personas",
    distractors: Distractors = "random",
    pool: str = "",
    prior: PriorRule = "uniform",
    top: Count = 64,
) -> Step:
    """Give each candidate the score `pragmatic`: its mean log S1 a token; choose by it.

    `alpha` and `beta` are the paper's for ranking on Dialogue NLI. The prior is not: with its
    `literal` rule the listener is soon certain, and later tokens no longer count
    (docs/methods_decoding.md). The options are those of `write-for-listener`. With `alpha=0` the
    score is the model's own mean log-likelihood.
    """

    def step(draft: Draft, kit: Kit) -> Draft:
        lm = need_distributions(kit.lm, "rank_for_listener")
        if kit.prompt_only or not draft.candidates:
            return draft
        others = distractors_for(draft, kit, distractors, world - 1, pool, contrast)
        requests = requests_of(draft, kit, others)
        tables = world_tables(lm, requests, [one.text for one in draft.candidates], top)
        scored = tuple(
            replace(
                one,
                scores={
                    **one.scores,
                    "pragmatic": round(mean_log_s1(table, alpha, beta, prior), 4),
                },
            )
            for one, table in zip(draft.candidates, tables, strict=True)
        )
        return replace(draft, candidates=scored)

    return step


# One place of a text: the column of the token that stands there, and the world's distributions.
Places = list[tuple[int, "NDArray[np.float64]"]]


def world_tables(
    lm: DistributionModel, requests: Sequence[Request], texts: Sequence[str], top: int
) -> list[Places]:
    """What each prompt's model expects at each place of each text: one pass for any alpha."""
    tokens = [lm.tokenize(text) for text in texts]
    work = [(request, row) for row in tokens for request in requests]
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(lambda one: lm.forced_tokens(one[0], one[1], top), work))
    worlds = len(requests)
    return [_places(row, found[at * worlds : (at + 1) * worlds]) for at, row in enumerate(tokens)]


def mean_log_s1(places: Places, alpha: float, beta: float, rule: PriorRule = "literal") -> float:
    """The mean of log S1 over a text's tokens, in nats; of no token, minus infinity."""
    if not places:
        return float("-inf")
    belief = uniform_prior(len(places[0][1]))
    total = 0.0
    for column, table in places:
        total += float(pragmatic_speaker(table, belief, alpha=alpha, beta=beta)[column])
        belief = next_prior(table, belief, column, alpha=alpha, beta=beta, rule=rule)
    return total / len(places)


def _places(tokens: Sequence[int], found: Sequence[Sequence[NextTokens]]) -> Places:
    rows = zip(*found, strict=True)
    return [
        (at_place[0].ids.index(token), cut_world(at_place))
        for token, at_place in zip(tokens, rows, strict=True)
    ]
