"""What is remembered of a turn."""

from datetime import UTC, datetime

import pytest

from personae.encoders.disclosure import open_disclosure
from personae.memory.extraction import memories_in
from personae.store.types import StoredTurn

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def disclosure():
    return open_disclosure()


def said(text):
    return StoredTurn("t1", "s1", "", "Bo", text, "utterance", NOON)


def test_telling_sentences_are_kept_as_they_were_said(disclosure):
    turn = said("Hi there! I have two dogs. What about you? I love green tea.")
    pets, tea = memories_in([turn], disclosure, holder="Ana", witnesses=("Bo",))
    assert (pets.text, pets.kind) == ("I have two dogs.", "fact")
    assert (tea.text, tea.kind) == ("I love green tea.", "preference")
    assert (pets.subject, pets.holder, pets.session) == ("Bo", "Ana", "s1")
    assert (pets.provenance, pets.said_at, pets.witnesses) == (("t1",), NOON, ("Bo",))
    assert 0.5 <= pets.confidence <= 1


def test_small_talk_and_silence_leave_nothing(disclosure):
    assert memories_in([said("Hello! How are you?"), said(" ")], disclosure, holder="Ana") == []
    assert memories_in([], disclosure, holder="Ana") == []


def test_a_sentence_that_says_two_things_makes_two_memories(disclosure):
    turn = said("I have two dogs and I live in Oslo. I like cats and dogs, but I am shy.")
    found = memories_in([turn], disclosure, holder="Ana")
    assert [one.text for one in found] == [
        "I have two dogs.", "I live in Oslo.", "I like cats and dogs.", "I am shy.",
    ]  # fmt: skip
