"""The memory of distractors: its reward is exact, and it learns whom to name."""

from __future__ import annotations

import numpy as np
import pytest

from personae.decoders.rsa import pragmatic_speaker, uniform_prior
from personae.recipes import distractors as module
from personae.recipes.distractors import Rewards
from personae.recipes.persona_dialogues import PersonaDialogue


def test_the_reward_is_that_of_the_exact_update():
    logs = np.random.default_rng(0).normal(size=(5, 6))
    logs -= np.log(np.exp(logs).sum(1, keepdims=True))
    found = module.gold_chance(logs, 2.0, 0.5)
    for at in range(4):
        spoken = pragmatic_speaker(logs[[0, at + 1]], uniform_prior(2), alpha=2.0, beta=0.5)
        assert found[0, at] == pytest.approx(spoken[0])
        assert found[1, at] == float(spoken.argmax() == 0)


def rewards(count: int, lift: float) -> Rewards:
    """Each persona has a distractor of its own that is worth `lift` more, told by its vector."""
    rng = np.random.default_rng(0)
    groups = rng.normal(size=(8, 384))
    at = np.arange(count) % 8
    vectors = groups[at] + 0.5 * rng.normal(size=(count, 384))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    worth = np.zeros((count, module.DISTRACTORS))
    worth[np.arange(count), at] = lift
    near = rng.normal(size=worth.shape)
    return Rewards(vectors, worth, worth, np.zeros(count), near)


def learnt(found: Rewards) -> dict[str, float]:
    layers = module.taught(found, slots=64, steps=150, rate=1e-3, decay=0.1, seed=0)
    return module.figures(layers, found, found)


def test_it_names_those_who_are_worth_it():
    found = learnt(rewards(240, 0.05))
    assert found["learnt"] == pytest.approx(0.05, abs=0.003)
    assert found["random"] < 0.001
    assert found["best on average"] < 0.01


def test_without_a_reward_it_learns_nothing():
    flat = rewards(240, 0.0)
    layers = module.taught(flat, slots=64, steps=50, rate=1e-3, decay=0.0, seed=0)
    assert not layers[1][0].any()


def test_the_distractors_are_of_the_licensed_part_and_share_no_statement():
    dialogues = [
        PersonaDialogue(f"triples-{at}", (f"I like {at}.", "I sing." if at < 9 else f"{at}"), ())
        for at in range(80)
    ]
    chosen = module.drawn_personas([*dialogues, PersonaDialogue("spc-1", ("Mine.",), ())], 0)
    assert len(chosen) == module.DISTRACTORS
    texts = [text for one in chosen for text in one]
    assert len(set(texts)) == len(texts)
    assert "Mine." not in texts


def test_rewards_are_means_over_the_turns_of_a_persona(monkeypatch):
    rng = np.random.default_rng(0)
    turns = ((False, "Hi."), (True, "r0"), (False, "And?"), (True, "r1"))
    dialogues = [
        PersonaDialogue(
            f"d{at}", (f"I like {at}.",), ((False, "Hi."), (True, f"r{at + 1}")) if at else turns
        )
        for at in range(30)
    ]
    others = [(f"Other {at}.",) for at in range(3)]
    texts = {*module.texts_of(dialogues), *(text for one in others for text in one)}
    vectors = {}
    for text in sorted(texts):
        vector = rng.normal(size=384).astype(np.float32)
        vectors[text] = vector / np.linalg.norm(vector)
    told = []
    found = module.rewards_of(dialogues, others, vectors, 2.0, 1.0, 0, "rewards",
                              lambda *one: told.append(one))  # fmt: skip
    assert found.rewards.shape == (30, 3)
    assert found.vectors[0] == pytest.approx(vectors["I like 0."], abs=1e-6)
    assert set(found.hits[0]) <= {0.0, 0.5, 1.0}
    assert told == [("rewards", 30, 30, "")]
