"""The dual loop between knowledge and memory."""

from __future__ import annotations

import numpy as np
import pytest

from personae.catalog.checks.s070_hamlets import first, recall, world
from personae.errors import InvalidOption
from personae.recipes.personal_memory import taught


def test_labels_teach_which_knowledge_a_memory_asks_for_and_chance_is_beaten_only_so():
    posts, unseen = world(200, 0), world(200, 1)
    nobody = posts.at(np.arange(0))
    selectors, rewards = taught(posts, nobody, steps=60)
    assert rewards == []
    assert recall(selectors, unseen) > 0.5
    assert first(selectors.blind(unseen.context, unseen.knowledge), unseen) < 0.3


def test_rewards_are_probabilities_and_the_same_seed_gives_the_same():
    posts = world(120, 0)
    labelled, rest = posts.at(np.arange(30)), posts.at(np.arange(30, 120))
    runs = [taught(labelled, rest, steps=10, loop_steps=5, batch=20, seed=3) for _ in range(2)]
    assert all(0 <= one <= 1 for one in runs[0][1])
    assert len(runs[0][1]) == 5
    assert (runs[0][0].interest == runs[1][0].interest).all()


def test_without_labels_nothing_is_learnt():
    posts = world(5, 0)
    with pytest.raises(InvalidOption, match="labelled"):
        taught(posts.at(np.arange(0)), posts)
