"""Tails by a language model: the examples it sees, and what is taken of what it writes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.commonsense.facts import fact_of
from personae.commonsense.writing import distinct, prompt_for, tail_of, written
from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel


def test_the_prompt_shows_other_heads_the_nearest_last(boats, word_embedder):
    prompt = prompt_for("I bake boats", "goal_plan", boats, word_embedder)
    lines = prompt.split("\n")
    assert lines[-1] == "I bake boats. I want to"
    assert set(lines[:-1]) == {
        "I often sail boats. I want to own boats.", "I bake bread. I want to open a bread shop.",
    }  # fmt: skip
    assert lines[-2].startswith("I bake bread.")


def test_the_head_itself_is_no_example(boats, word_embedder):
    prompt = prompt_for("I bake bread.", "goal_plan", boats, word_embedder)
    assert prompt.count("I bake bread.") == 1
    assert "bread shop" not in prompt


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        (" become a captain. I am tired.", "become a captain"),
        ("go\nI am a nurse.", "go"),
        ("- “see” it!", "“see” it"),
        ("...", ""),
        ("1984", ""),
        ("word " * 15, ""),
    ],
)
def test_a_tail_is_the_first_phrase(text, tail):
    assert tail_of(text) == tail


@given(st.text(max_size=400))
def test_whatever_the_model_writes_a_tail_can_be_kept(text):
    tail = tail_of(text)
    assert not tail or fact_of("I sail", "goal_plan", tail).tail == tail


def test_the_first_is_greedy_and_the_others_are_drawn(boats, word_embedder):
    lm = ScriptedModel(["own a ship.", "", "own a ship", "win."])
    tails = written(lm, "I row", "goal_plan", boats, word_embedder, count=4, seed=7)
    assert tails == ["own a ship", "own a ship", "win"]
    assert [one.sampling.temperature > 0 for one in lm.requests] == [False, True, True, True]
    assert [one.sampling.seed for one in lm.requests] == [7, 8, 9, 10]
    assert distinct([*tails, "Win"]) == ["own a ship", "win"]


def test_a_model_that_cannot_complete_is_named(boats, word_embedder):
    with pytest.raises(CapabilityError, match="complete"):
        written(
            ScriptedModel(capabilities=["chat"]), "I row", "goal_plan", boats, word_embedder,
            count=1, seed=0,
        )  # fmt: skip
