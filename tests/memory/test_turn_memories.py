"""Tests of personae.memory.turn_memories: what turns become, and what each way finds."""

from __future__ import annotations

from personae.data import Dialogue, Turn
from personae.memory.turn_memories import ranked, turn_memories

TURNS = (
    ("a1", 1, "Bo", "Where do you keep the boat?"),
    ("a2", 1, "Ana", "In the old harbour, since May."),
    ("b1", 2, "Ana", "My sister paints fences."),
    ("b2", 2, "Bo", "Lovely weather again."),
)
CHAT = Dialogue(
    id="c",
    turns=tuple(
        Turn(speaker=who, text=text, id=key, labels={"session": session})
        for key, session, who, text in TURNS
    ),
)


def test_a_turn_is_a_memory_about_its_speaker_with_what_was_said_before_in_its_session():
    made = turn_memories(CHAT)
    assert [one.id for one in made] == ["a1", "a2", "b1", "b2"]
    assert made[1].subject == "Ana"
    assert made[1].context == "Bo: Where do you keep the boat?"
    assert made[2].context == ""


def test_each_way_finds_by_its_own_means(word_embedder):
    found = ranked(turn_memories(CHAT), ["boat", "Who paints fences?"], word_embedder, k=2)
    assert found["words"][0] == ["a1"]
    assert found["words"][1][0] == found["vectors"][1][0] == "b1"
    assert len(found["vectors"][0]) == 2
    # The answer has no word of the question; recall finds it by the turn before.
    assert set(found["recall"][0]) == {"a1", "a2"}


def test_only_the_ways_asked_for_are_gone(word_embedder):
    assert list(ranked(turn_memories(CHAT), ["boat"], word_embedder, ways=("words",))) == ["words"]
