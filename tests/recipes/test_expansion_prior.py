"""The prior's training: exact gradients, and a turned message is learned."""

from __future__ import annotations

import numpy as np
import pytest

from personae.commonsense.expanding import (
    KINDS,
    OUTPUTS,
    Expansion,
    Prior,
    untrained,
)
from personae.encoders.embedder import open_embedder
from personae.encoders.heads import open_head
from personae.recipes import expansion_prior as module
from personae.recipes.expansion_prior import PLACES, Choices, Weights


def made(count: int, seed: int = 0) -> Choices:
    """Turns whose message is the reply, turned; every place has a z, the last is "none"."""
    turned = np.linalg.qr(np.random.default_rng(9).normal(size=(384, 384)))[0]
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(count, PLACES, 384)).astype(np.float32)
    z /= np.linalg.norm(z, axis=2, keepdims=True)
    at = rng.integers(0, PLACES - 1, count)
    replies = z[np.arange(count), at]
    kinds = rng.integers(0, len(KINDS) - 1, (count, PLACES))
    kinds[:, -1] = KINDS.index("none")
    there = np.ones(kinds.shape, dtype=bool)
    return Choices((replies @ turned).astype(np.float32), replies, z, kinds, there)


@pytest.mark.parametrize("place", [(0, (3, 1)), (0, (200, 7)), (1, (2,)), (1, (5,)), (2, ())])
def test_the_gradients_are_those_of_the_loss(place):
    which, at = place
    rng = np.random.default_rng(1)
    parts = [rng.normal(0, 0.3, (384, 384)), rng.normal(size=len(KINDS)), np.array(1.2)]
    choices = made(4)
    wanted = module.posterior(choices)
    found = module.gradient(Weights(*parts), choices, wanted)[which][at]
    values = []
    for change in (1e-5, -1e-5):
        moved = [one.copy() for one in parts]
        moved[which][at] += change
        values.append(module.loss(Weights(*moved), choices, wanted))
    assert found == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-3, abs=1e-9)


def test_the_divergence_falls_where_there_is_something_to_learn():
    weights, log = module.taught(
        made(1500), made(80, 1), epochs=8, batch=64, rate=3e-3, decay=0.0, seed=0
    )
    assert log[-1]["divergence"] < 0.6 * log[0]["divergence"]
    assert log[-1]["same first"] > log[0]["same first"] + 0.3
    assert weights.matrix.shape == (384, 384)


def test_the_start_is_the_untrained_prior_and_is_read_again(tmp_path):
    embedder = open_embedder()
    module.write(module.start(), tmp_path, embedder)
    head = open_head(tmp_path, "x", inputs=384, outputs=OUTPUTS)
    found = [
        Expansion("I have two dogs.", "persona", "", "persona"),
        Expansion("", "none", "", "none"),
        Expansion("I walk in the park.", "routine_habit", "I have two dogs.", "graph"),
    ]
    message = "Do you have any pets?"
    wanted = untrained(embedder).probabilities(message, found)
    assert Prior(embedder, head).probabilities(message, found) == pytest.approx(wanted, abs=1e-4)
    arrays = module.arrays_of([module.Exchange(message, message, ())], [found], embedder)
    p = module.prior(module.start(), arrays)[0]
    assert p[0, :3] == pytest.approx(wanted, abs=1e-4)
