"""A tree over facts: every fact has one parent, and a question finds what bears on it."""

from __future__ import annotations

import numpy as np
import pytest

from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel
from personae.memory.tree import built, clusters, nearest_by, summary_by, visited, without_near

FACTS = [f"{theme} fact number{at} of {theme}" for theme in
         ("dogs", "boats", "bread", "music", "rain", "chess") for at in range(6)]  # fmt: skip


def test_each_fact_has_one_parent_and_layers_shrink(word_embedder):
    tree = built(FACTS, word_embedder)
    below = len(tree.facts)
    for layer in tree.layers:
        assert sorted(child for node in layer for child in node.children) == list(range(below))
        assert len(layer) <= below // 6
        below = len(layer)
    assert below <= 15
    assert built(FACTS, word_embedder) == tree


def test_a_question_finds_all_of_its_theme_with_few_calls(word_embedder):
    tree = built(FACTS, word_embedder)

    def oracle(question, texts):
        return [question in text for text in texts]

    found = visited(tree, "chess", oracle)
    assert {fact for fact in tree.facts if "chess" in fact} <= set(found.facts)
    assert found.calls < len(tree.facts)
    assert all("chess" in text for text in found.path)
    assert visited(tree, "nothing", oracle).facts == ()


def test_few_facts_need_no_tree(word_embedder):
    tree = built(["dogs bark", "boats sail"], word_embedder)
    assert tree.layers == ()
    found = visited(tree, "dogs", nearest_by(word_embedder, 0.5, 1))
    assert (found.facts, found.calls) == (("dogs bark",), 2)
    empty = built([], word_embedder)
    assert visited(empty, "dogs", lambda question, texts: []).facts == ()


def test_what_is_said_again_is_kept_once_and_later(word_embedder):
    texts = ["dogs bark", "boats sail", "dogs bark"]
    assert without_near(texts, word_embedder.embed(texts)) == ["boats sail", "dogs bark"]


def test_equal_vectors_make_one_group():
    assert clusters(np.ones((4, 2)) / np.sqrt(2), 3, 0) == [[0, 1, 2, 3]]


def test_a_language_model_sums_up(word_embedder):
    lm = ScriptedModel(['{"summary": "All about one thing."}'] * 60)
    tree = built(FACTS, word_embedder, summary_by(lm))
    assert {node.text for node in tree.layers[0]} == {"All about one thing."}
    assert lm.requests[0].schema["required"] == ["summary"]
    with pytest.raises(CapabilityError):
        summary_by(ScriptedModel(capabilities=frozenset({"chat"})))
