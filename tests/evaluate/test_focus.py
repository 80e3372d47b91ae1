"""What is chosen for an answer, and how it is scored."""

from __future__ import annotations

import pytest

from personae.errors import InvalidOption
from personae.evaluate.focus import (
    Figures,
    figures,
    retrieval,
    samples_of,
    systems,
    threshold_of,
    with_reply,
    without_knowledge,
    written_scores,
)
from personae.formats.focus import FocusTurn

TURNS = [
    FocusTurn(
        ("Hi.", "Hello.", "does the boat leave early"), ("I get seasick on a boat.", "I bake."),
        (True, False), ("puffins breed in May", "the boat leaves at nine", "bread"), 1,
        "the boat leaves at nine", ("the boat leaves at nine", "puffins breed in May"),
    ),
    FocusTurn(
        ("who can breed here",), ("I bake.", "I sing."), (False, False),
        ("puffins breed in May", "the boat leaves at nine", "bread"), 0, "puffins do", (),
    ),
]  # fmt: skip


def test_the_oracle_is_always_right_and_chance_is_not(word_embedder):
    known = systems(["oracle", "random", "tfidf"], word_embedder)
    found = {name: figures(TURNS * 50, system, 0.5) for name, system in known.items()}
    assert (found["oracle"].kg, found["oracle"].pg, found["oracle"].persona_f1) == (1, 1, 1)
    assert 0.15 < found["random"].kg < 0.55
    assert found["tfidf"].kg == 1


def test_f1_counts_what_is_used_and_accuracy_what_is_left_too():
    one = Figures((True,), ((True, False, False),), ((True, True, False),))
    assert one.pg == pytest.approx(2 / 3)
    assert one.persona_f1 == pytest.approx(2 / 3)
    none = Figures((True,), ((False, False),), ((False, True),))
    assert (none.pg, none.persona_f1) == (0.5, 0)


def test_the_threshold_is_that_of_the_best_f1(word_embedder):
    cosine = systems(["cosine"], word_embedder)["cosine"]
    threshold = threshold_of(TURNS, cosine)
    assert figures(TURNS, cosine, threshold).persona_f1 == 1


def test_a_query_with_the_right_paragraph_finds_it(word_embedder):
    found = retrieval(TURNS, systems(["oracle"], word_embedder)["oracle"], 0.5, word_embedder)
    assert found["enhanced"] == [True, True]
    assert len(found["history"]) == 2


def test_a_sample_has_the_candidates_as_knowledge_or_none():
    first = samples_of(TURNS)[0]
    assert [one.text for one in first.scene.persona.knowledge] == list(TURNS[0].candidates)
    assert [turn.speaker for turn in first.scene.turns] == ["human", "machine", "human"]
    bare = without_knowledge(first)
    assert not bare.scene.persona.knowledge
    assert bare.scene.user_persona is None


def test_gold_answers_score_highest():
    samples = samples_of(TURNS)
    gold = written_scores([with_reply(one, one.reference) for one in samples])
    other = written_scores([with_reply(one, "I do not know.") for one in samples])
    assert gold["ROUGE-L"] == gold["word F1"] == 100
    assert all(gold[name] > other[name] for name in gold)


def test_an_unknown_system_is_told(word_embedder):
    with pytest.raises(InvalidOption, match="no system 'bm25'"):
        systems(["bm25"], word_embedder)
