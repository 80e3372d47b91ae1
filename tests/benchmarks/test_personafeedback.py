"""Two answers, of which one suits the person: tiers, what is known, and nothing that leaks."""

from __future__ import annotations

import random

import pytest

from personae.benchmarks.personafeedback import TIERS, personafeedback


def test_every_answer_is_asked_for_in_three_tiers_with_the_right_one_in_either_place():
    made = personafeedback()
    assert len(made.questions) == 312
    assert {one.group for one in made.questions} == set(TIERS)
    places = [one.options.index(one.reference) for one in made.questions]
    assert 0.4 < sum(places) / len(places) < 0.6


def test_the_worse_answer_is_another_one_to_the_same_query():
    for one in personafeedback().questions:
        assert len(set(one.options)) == 2
        assert one.scene.last_user_text == one.labels["query"]


@pytest.mark.parametrize(("persona", "count"), [("full", 6), ("rag", 2), ("none", 0)])
def test_what_is_known_of_the_person(persona, count):
    made = personafeedback(persona=persona)
    assert {len(one.labels["statements"]) for one in made.questions} == {count}
    if not count:
        assert all(one.scene.persona.description == "" for one in made.questions)


def right(made, baseline, group):
    rng = random.Random(0)
    asked = [one for one in made.questions if one.group == group]
    return sum(made.baselines[baseline](one, rng) == one.reference for one in asked) / len(asked)


@pytest.mark.embedded
def test_the_tiers_are_as_hard_as_they_are_called():
    made = personafeedback(persons=2)
    easy, medium, hard = (right(made, "nearest", tier) for tier in TIERS)
    assert easy > medium > hard > 0.55


@pytest.mark.embedded
def test_of_another_person_nothing_can_be_known():
    made = personafeedback(persons=2, shuffled=True)
    assert abs(sum(right(made, "nearest", tier) for tier in TIERS) / 3 - 0.5) < 0.06


def test_the_query_alone_does_not_tell():
    made = personafeedback()
    assert right(made, "query-alone", "medium") < 0.6
    assert right(made, "query-alone", "hard") < 0.6
