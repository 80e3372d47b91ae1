"""Whose memory decides."""

from __future__ import annotations

import numpy as np
import pytest

from personae.encoders.personal_memory import by_cosine, select
from personae.errors import InvalidOption

KNOWLEDGE = ["the harbour has engines", "the harbour has novels", "bread is baked at dawn"]


def test_two_users_hear_of_different_things(word_embedder):
    question = "what has the harbour"
    one = select(question, KNOWLEDGE, ["bread", "engines"], word_embedder)
    other = select(question, KNOWLEDGE, ["bread", "novels"], word_embedder)
    assert (one.knowledge, other.knowledge) == (0, 1)
    assert sum(one.shares) == pytest.approx(1, abs=1e-3)
    assert sum(one.facets) == pytest.approx(1, abs=1e-3)


def test_without_a_memory_the_question_decides(word_embedder):
    found = select("when is bread baked", KNOWLEDGE, [], word_embedder)
    assert (found.knowledge, found.facet, found.facets) == (2, -1, ())
    with pytest.raises(InvalidOption, match="list"):
        select("when", [], ["bread"], word_embedder)


def test_the_mixture_is_the_sum_over_facets():
    rng = np.random.default_rng(0)
    selectors = by_cosine(8, 1.0)
    context, memory, knowledge = (rng.normal(size=(2, *n, 8)) for n in ((), (3,), (4,)))
    shares = selectors.facets(context, memory)
    by_hand = sum(
        shares[:, [at]] * selectors.knowledge(context, memory[:, at], knowledge) for at in range(3)
    )
    assert selectors.mixed(context, memory, knowledge) == pytest.approx(by_hand)
    assert by_hand.sum(axis=1) == pytest.approx([1, 1])
