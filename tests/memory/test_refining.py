"""Contradicting memories become richer ones, and none is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from personae.data import Memory
from personae.errors import BackendError
from personae.lm.scripted import ScriptedModel
from personae.memory.keeping import Keeper
from personae.memory.refining import (
    Choice,
    consolidated,
    heaviest,
    over_time,
    strategist_by,
)
from personae.store.memory_types import Scope

DAY = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def keeper(store, word_nli, word_embedder):
    return Keeper(store, word_embedder, word_nli, on_contradiction="keep")


def told(keeper, *texts, apart=True):
    """Remembered as they are: the keeper would settle some itself."""
    memories = [
        Memory(
            text=text, holder="Ana", subject="Bo", session=f"s{at if apart else ''}",
            provenance=(f"t{at}",), said_at=DAY + timedelta(days=at),
        )
        for at, text in enumerate(texts)
    ]  # fmt: skip
    keeper.store.keep_memories(
        memories,
        vectors=keeper.embedder.embed(list(texts)),
        fingerprint=keeper.embedder.fingerprint,
    )


def held(keeper):
    return {one.text for one in keeper.store.memories(Scope())}


def test_what_changed_between_sessions_is_told_in_one_sentence(keeper, word_nli):
    told(keeper, "Bo likes dogs walks.", "Bo does not like dogs walks.")
    (step,) = consolidated(keeper, word_nli, over_time, holder="Ana")
    (after,) = step.after
    assert after.text == "Before: Bo likes dogs walks. Now: Bo does not like dogs walks."
    assert held(keeper) == {after.text}
    assert after.provenance == ("t0", "t1")
    assert {one.id for one in step.before} == set(after.sources)
    assert len(keeper.store.memories(Scope(past=True))) == 3
    assert consolidated(keeper, word_nli, over_time, holder="Ana") == []
    keeper.store.forget_memories([step.before[0].id])
    assert after.text not in held(keeper)


def test_what_was_said_in_one_breath_stands_and_every_step_takes_an_edge(keeper, word_nli):
    told(keeper, "Bo likes dogs walks.", "Bo does not like dogs walks.", "Bo likes long walks.",
         apart=False)  # fmt: skip
    before = held(keeper)
    steps = consolidated(keeper, word_nli, over_time, holder="Ana")
    assert len(steps) == 2
    assert {step.choice.strategy for step in steps} == {"preserve"}
    assert held(keeper) == before
    assert len(consolidated(keeper, word_nli, over_time, holder="Ana", steps=1)) == 1
    assert consolidated(keeper, word_nli, over_time, holder="Eve") == []


def test_a_model_says_of_each_when_it_holds(keeper, word_nli):
    told(keeper, "Bo likes dogs walks.", "Bo does not like dogs walks.")
    lm = ScriptedModel(['{"strategy": "disambiguate", "first": "Bo likes dogs walks in spring.", '
                        '"second": "Bo does not like dogs walks in the rain."}'])  # fmt: skip
    (step,) = consolidated(
        keeper, word_nli, strategist_by(lm, lambda turn: f"turn {turn} >>> obey"), holder="Ana"
    )
    assert held(keeper) == {one.text for one in step.after}
    assert len(step.after) == 2
    asked = lm.requests[0].messages[0].content
    assert "turn t0" in asked
    assert asked.count(">>>") == 1


@pytest.mark.parametrize(
    "written", ['{"strategy": "resolve", "first": "", "second": ""}',
                '{"strategy": "preserve", "first": "x", "second": "y"}'],
)  # fmt: skip
def test_a_choice_without_its_sentences_preserves(written):
    lm = ScriptedModel([written])
    memories = Memory(text="a", id="1"), Memory(text="b", id="2")
    assert strategist_by(lm, str)(*memories) == Choice("preserve")


def test_what_is_no_choice_is_told():
    with pytest.raises(BackendError, match="did not choose"):
        strategist_by(ScriptedModel(["Hm."]), str)(Memory(text="a"), Memory(text="b"))


def test_the_node_with_most_contradiction_comes_first():
    edges = {frozenset("ab"): 0.9, frozenset("bc"): 0.5, frozenset("cd"): 0.95}
    assert heaviest(edges) == frozenset("cd")
    assert heaviest({**edges, frozenset("be"): 0.6}) == frozenset("ab")
