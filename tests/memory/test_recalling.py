"""Recalling by words and meaning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from personae.data import Memory
from personae.memory.keeping import Keeper
from personae.memory.recalling import RANK, WEIGHTS, fused, recalled, within
from personae.store.memory_types import RankedMemory, Scope

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def filled(store, word_embedder):
    keeper = Keeper(store, word_embedder)
    for text in ("Bo has two dogs.", "Bo likes green tea.", "Bo walked his dogs to the harbour."):
        keeper.keep(Memory(text=text, subject="Bo", said_at=NOW, kind="event"))
    return store


def test_ranks_are_fused_so_that_no_scale_counts():
    words, meaning = WEIGHTS["words"], WEIGHTS["meaning"]
    found = fused(
        {
            "words": [RankedMemory("1", 99.0, 0.5, NOW), RankedMemory("2", 0.1, 0.5, NOW)],
            "meaning": [RankedMemory("2", 0.9, 0.5, NOW)],
        }
    )
    assert [each.memory.id for each in found] == ["2", "1"]
    assert found[0].score == pytest.approx(words / (RANK + 2) + meaning / (RANK + 1))
    assert found[0].ranks == {"words": 2, "meaning": 1}


def test_what_bears_on_the_query_comes_first_with_how_it_was_found(filled, word_embedder):
    found = recalled(filled, word_embedder, "green tea", Scope(), k=2)
    assert found[0].memory.text == "Bo likes green tea."
    assert found[0].ranks == {"words": 1, "meaning": 1}
    assert len(found) == 2
    assert recalled(filled, word_embedder, "  ", Scope()) == []
    assert recalled(filled, None, "tea", Scope())[0].ranks == {"words": 1}


def test_of_equals_the_important_and_the_recent_come_first(store, word_embedder):
    old = NOW - timedelta(days=400)
    store.keep_memories(
        [
            Memory(text="tea", id="old", said_at=old), Memory(text="tea", id="new", said_at=NOW),
            Memory(text="tea", id="great", said_at=old, importance=1.0),
        ]
    )  # fmt: skip
    found = recalled(store, None, "tea", Scope(), now=NOW)
    assert found[-1].memory.id == "old"
    before = recalled(store, None, "tea", Scope(), now=NOW - timedelta(days=4000))
    assert {one.memory.id for one in before} == {"old", "new", "great"}


def test_the_best_that_fit_are_kept(filled, word_embedder):
    found = recalled(filled, word_embedder, "Bo dogs", Scope(), k=3)
    kept = within(found, 9, lambda text: len(text.split()))
    assert next(one.memory.text for one in kept) == found[0].memory.text
    assert sum(len(one.memory.text.split()) for one in kept) <= 9
    assert within(found, 0, len) == []
