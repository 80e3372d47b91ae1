"""A small graph, and a discriminator whose judgements can be worked out by hand."""

from __future__ import annotations

import re

import numpy as np
import pytest

from personae.commonsense.facts import Fact, graph_of


class WordWorth:
    """A fact fits by the share of its words that the statement has; "with" concerns others."""

    fingerprint = "word-worth"

    def judge(self, triples):
        rows = [(self._share(head, tail), float("with" in tail)) for head, _, tail in triples]
        return np.array(rows, dtype=np.float64).reshape(-1, 2)

    def fits(self, triples):
        return self.judge(triples)[:, 0]

    @staticmethod
    def _share(head: str, tail: str) -> float:
        known = set(re.findall(r"\w+", head.lower()))
        words = re.findall(r"\w+", tail.lower())
        return sum(word in known for word in words) / max(1, len(words))


@pytest.fixture
def word_worth() -> WordWorth:
    return WordWorth()


@pytest.fixture
def boats():
    """Two heads with facts: one sails, the other bakes bread."""
    return graph_of(
        [
            Fact("I often sail boats", "characteristic", "fond of boats"),
            Fact("I often sail boats", "routine_habit", "sail on weekends with friends", True),
            Fact("I often sail boats", "goal_plan", "own boats"),
            Fact("I often sail boats", "experience", "never sank, no boats lost"),
            Fact("I bake bread", "goal_plan", "open a bread shop"),
            Fact("I bake bread", "routine_habit", "get up early"),
        ]
    )
