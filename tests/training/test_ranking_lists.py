"""How the ranker gets its lists."""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

import numpy as np
import pytest

from personae.recipes.persona_dialogues import PersonaDialogue

FILE = Path(__file__).parents[2] / "training" / "ranking" / "lists.py"


@pytest.fixture(scope="module")
def lists():
    spec = importlib.util.spec_from_file_location("ranking_lists", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where its dataclass looks for its annotations
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def dialogues():
    return [
        PersonaDialogue(
            f"d{at}", (f"fact {at}", f"other {at}", f"third {at}"),
            ((False, f"ask {at}"), (True, f"say {at}"), (False, f"more {at}"), (True, f"end {at}")),
        )
        for at in range(20)
    ]  # fmt: skip


@pytest.fixture
def vectors(lists, dialogues):
    rng = np.random.default_rng(0)
    found = {}
    for text in sorted(set(lists.texts_of(dialogues))):
        vector = rng.normal(size=384)
        found[text] = vector / np.linalg.norm(vector)
    return found


def test_a_training_list_has_the_gold_reply_and_three_others(lists, dialogues, vectors):
    made = list(lists.lists(dialogues, vectors, random.Random(0), keep_all=False))
    assert len(made) == 40
    for one in made:
        assert len(one.replies) == len(set(one.replies)) == len(one.told) == 4
    assert made[1].turns == ("ask 0", "say 0", "more 0")
    assert made[1].replies[0] == "end 0"


def test_two_of_the_others_are_the_nearest_to_turn_and_persona(lists, dialogues, vectors):
    drawn = [f"say {at}" for at in range(10)]
    heard, lines = vectors["ask 3"], np.stack([vectors["fact 3"], vectors["other 3"]])
    near, alike, third = lists.mixed(drawn, vectors, heard, lines, random.Random(0))
    assert near == max(drawn, key=lambda text: vectors[text] @ heard)
    rest = [text for text in drawn if text != near]
    assert alike == max(rest, key=lambda text: (lines @ vectors[text]).max())
    assert third in rest


def test_each_reply_is_told_what_is_nearest_to_it_first(lists, dialogues, vectors):
    for one in lists.lists(dialogues[:20], vectors, random.Random(0), keep_all=True):
        assert len(one.replies) == 20
        number = one.turns[-1].split()[1]
        persona = [f"{word} {number}" for word in ("fact", "other", "third")]
        for reply, told in zip(one.replies, one.told, strict=True):
            near = sorted(persona, key=lambda line: -(vectors[line] @ vectors[reply]))
            assert list(told) == near[:2]
