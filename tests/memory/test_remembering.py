"""A conversation learns what people tell, and recalls it for their ears alone."""

from __future__ import annotations

from dataclasses import replace
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


def test_what_the_prompt_or_the_card_says_is_not_kept_as_the_characters_own(memory, word_nli):
    own = replace(memory, own=True, keeper=replace(memory.keeper, nli=word_nli))
    turns = [
        turn("I have two dogs.", 1, "Ana"), turn("I live near Porto.", 2, "Ana"),
        turn("I collect old clocks.", 3, "Ana"),
    ]  # fmt: skip
    shown = ["I have two dogs.", "Porto is where I live."]
    kept = own.learn_own(turns, holder="Ana", shown=shown)
    assert [one.memory.text for one in kept] == ["I collect old clocks."]
    assert (kept[0].memory.subject, kept[0].memory.holder) == ("Ana", "Ana")
    assert memory.learn_own(turns, holder="Ana", shown=()) == []


def test_of_what_a_character_said_of_itself_two_pieces_come_back_at_most(memory):
    own = replace(memory, own=True)
    said = [turn(f"I bake bread with {what}.", at, "Ana") for at, what in enumerate(
        ["rye", "corn", "oats", "spelt"])]  # fmt: skip
    own.learn_own(said, holder="Ana", shown=())
    own.learn([turn("I bake bread, too, with nuts.", 9)], holder="Ana", heard="Bo")
    found = own.recall("bread", holder="Ana", heard_by="Bo", k=5)
    assert [one.memory.subject for one in found].count("Ana") == 2
    assert "Bo" in [one.memory.subject for one in found]


def test_what_is_shared_comes_up_with_others_and_brings_what_belongs_to_it(memory, word_nli):
    keeper = replace(memory.keeper, nli=word_nli, linking=True)
    shared = replace(memory, keeper=keeper, shared=True)
    shared.learn([turn("I like dogs very much.")], holder="Ana", heard="Bo")
    shared.learn([turn("I do not like dogs very much.", 2)], holder="Ana", heard="Bo")
    found = shared.recall("Who likes dogs?", holder="Ana", heard_by="Cy", k=1)
    assert [one.memory.text for one in found] == [
        "I do not like dogs very much.", "I like dogs very much.",
    ]  # fmt: skip
    assert found[1].ranks == {"linked": 1}
    assert found[1].memory.superseded_by == found[0].memory.id
    assert shared.recall("Who likes dogs?", holder="Eve", heard_by="Cy", k=1) == []


def test_a_link_leads_to_no_secret_and_to_nothing_forgotten(memory, word_nli):
    keeper = replace(memory.keeper, nli=word_nli, linking=True)
    private = replace(memory, keeper=keeper)
    private.learn([turn("I like dogs very much.")], holder="Ana", heard="Bo")
    open_to_all = replace(private, shared=True)
    open_to_all.learn([turn("I like dogs so very much.", 2)], holder="Ana", heard="Cy")
    found = open_to_all.recall("dogs", holder="Ana", heard_by="Cy", k=3)
    assert [one.memory.text for one in found] == ["I like dogs so very much."]
    both = open_to_all.recall("dogs", holder="Ana", heard_by="Bo", k=1)
    keeper.store.forget_memories([both[0].memory.id])
    assert len(open_to_all.recall("dogs", holder="Ana", heard_by="Bo", k=3)) == 1
