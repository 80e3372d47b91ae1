"""Retrieval of habits in two levels, and whose a habit is."""

from __future__ import annotations

import pytest

from personae import habits
from personae.catalog.habit_probes import PROBES
from personae.memory.habits import found_habit, owned_by
from personae.text.habits import Habit


def habit(event: str, *facts: str, source: str = "") -> Habit:
    sections = [(fact,) for fact in facts]
    return Habit(event, *sections, source=source)


DOG = habit(
    "I walk", "dog lead", "park near", "dog tired", "dog healthy", "throw ball", source="dog"
)
BREAD = habit("I bake", "flour", "oven hot", "bread warm", "croissants", "knead", source="bread")


def test_the_habit_is_chosen_first_then_its_facts(word_embedder):
    found = found_habit([DOG, BREAD], "walk: throw ball", word_embedder, number=2)
    assert found.habit == DOG
    assert found.told[0] == "I walk"
    assert len(found.facts) == 2
    assert set(found.facts) <= set(DOG.facts)
    assert list(found.scores) == sorted(found.scores, reverse=True)
    assert found.facts[0] == "throw ball"


def test_more_facts_than_there_are_gives_all(word_embedder):
    found = found_habit([DOG], "dog", word_embedder, number=50)
    assert sorted(found.facts) == sorted(DOG.facts)


@pytest.mark.parametrize("by", ["text", "event", "fact"])
def test_among_limits_the_choice(word_embedder, by):
    library = [DOG, BREAD]
    assert found_habit(library, "dog", word_embedder, by=by, among=[1]).habit == BREAD
    assert found_habit(library, "dog", word_embedder, by=by, among=[]) is None
    assert found_habit(library, " ", word_embedder, by=by) is None


def test_a_habit_is_the_personas_by_its_own_words_by_entailment_or_without_a_source(
    word_embedder, word_nli
):
    free = habit("I sing", "a", "b", "c", "d", "e")
    library = [DOG, BREAD, free]
    assert owned_by(library, ["Dog."], word_embedder, word_nli) == (0, 2)
    assert owned_by(library, ["i have bread."], word_embedder, word_nli) == (1, 2)
    assert owned_by(library, [], word_embedder, word_nli) == (2,)


def test_the_shipped_habits_are_sound_and_the_probes_name_them():
    shipped = habits.everyday()
    assert len(shipped) >= 8
    assert len({one.event for one in shipped}) == len(shipped)
    assert all(one.source and len(one.facts) >= 10 for one in shipped)
    assert len(PROBES) == 40
    assert {at for _, at in PROBES} == set(range(len(shipped)))
