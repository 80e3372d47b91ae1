"""The matcher's training: exact gradients, and what it learns where there is something to learn."""

from __future__ import annotations

import numpy as np
import pytest

from personae.encoders.memory_match import open_memory_match
from personae.recipes import memory_match as module
from personae.recipes.memory_match import Encoders
from personae.recipes.statement_weights import STATEMENTS, Turns


def made(count: int, seed: int = 0) -> Turns:
    """Turns whose message is the used fact, turned and blurred."""
    turned = np.linalg.qr(np.random.default_rng(9).normal(size=(384, 384)))[0]
    rng = np.random.default_rng(seed)
    facts = rng.normal(size=(count, STATEMENTS, 384)).astype(np.float32)
    facts /= np.linalg.norm(facts, axis=2, keepdims=True)
    at = rng.integers(0, STATEMENTS, count)
    used = np.zeros((count, STATEMENTS))
    used[np.arange(count), at] = 1
    there = np.ones(used.shape, dtype=bool)
    there[0, -1] = bool(used[0, -1])
    messages = (facts[np.arange(count), at] @ turned).astype(np.float32)
    return Turns(messages, messages, facts, there, used)


@pytest.mark.parametrize("place", [(3, 1), (0, 383), (200, 7)])
@pytest.mark.parametrize("which", [0, 1])
def test_the_gradients_are_those_of_the_loss(place, which):
    rng = np.random.default_rng(1)
    matrices = [rng.normal(0, 0.3, (384, 384)) for _ in range(2)]
    turns = made(4)
    found = module.gradient(Encoders(*matrices), turns, 0.2)[which][place]
    values = []
    for change in (1e-5, -1e-5):
        moved = [one.copy() for one in matrices]
        moved[which][place] += change
        values.append(module.loss(Encoders(*moved), turns, 0.2))
    assert found == pytest.approx((values[0] - values[1]) / 2e-5, rel=1e-3, abs=1e-9)


def test_a_turned_fact_is_found_after_the_training_and_not_before(tmp_path):
    class Embedder:
        fingerprint = "x"

    encoders, log = module.taught(
        made(1200), made(80, 1), epochs=8, batch=64, rate=3e-3, margin=0.2, decay=0.0, drop=0.0,
        seed=0,
    )  # fmt: skip
    assert log[0]["used first"] < 0.3
    assert log[-1]["used first"] > log[0]["used first"] + 0.3
    assert log[-1]["auc"] > 0.8
    module.write(encoders, tmp_path, Embedder())
    assert (tmp_path / "context" / "manifest.json").exists()
    assert (tmp_path / "fact" / "head.json").exists()


def test_before_the_training_the_score_is_the_cosine():
    matcher = open_memory_match()
    start = Encoders(np.eye(384), np.eye(384))
    turns = made(3)
    wanted = np.einsum("td,tsd->ts", turns.messages, turns.statements)
    assert start.cosines(turns) == pytest.approx(wanted, abs=1e-5)
    assert matcher.context.inputs == 384
