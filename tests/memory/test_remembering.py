"""A conversation learns what people tell, and recalls it for their ears alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from personae.encoders.disclosure import open_disclosure
from personae.memory.keeping import Keeper
from personae.memory.remembering import Remembering
from personae.store.memory_types import Scope
from personae.store.types import StoredTurn

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def memory(store):
    disclosure = open_disclosure()
    return Remembering(Keeper(store, disclosure.embedder), disclosure)


def turn(text, number=1, speaker="Bo"):
    return StoredTurn(f"t{number}", "s1", "", speaker, text, "utterance", NOON)


def recalled(memory, query, **changes):
    asked = {"holder": "Ana", "heard_by": "Bo", "k": 3, **changes}
    return [one.memory.text for one in memory.recall(query, **asked)]


def test_what_was_told_is_kept_once_and_comes_back(memory, store):
    turns = [turn("I have two dogs."), turn("That's great!", 2), turn("I live in Rome.", 3)]
    kept = memory.learn(turns, holder="Ana", heard="Bo")
    assert [one.memory.text for one in kept] == ["I have two dogs.", "I live in Rome."]
    assert memory.learn(turns, holder="Ana", heard="Bo") == []
    assert all(one.importance == 0.5 for one in store.memories(Scope()))
    assert recalled(memory, "Do you remember my pets?") == ["I have two dogs."]
    assert recalled(memory, "Quantum chromodynamics?") == []
    assert memory.learn([], holder="Ana", heard="Bo") == []


@pytest.mark.parametrize("change", [{"heard_by": "Cy"}, {"holder": "Eve"}])
def test_neither_other_people_nor_other_characters_hear_of_it(memory, change):
    memory.learn([turn("I have two dogs.")], holder="Ana", heard="Bo")
    assert recalled(memory, "dogs", **change) == []
