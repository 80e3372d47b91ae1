"""Facts and graphs: labels, sentences, limits, and what the shipped graph holds."""

from __future__ import annotations

import pytest

from personae.commonsense.facts import (
    RELATIONS,
    TEXT_LIMIT,
    Fact,
    fact_of,
    graph_of,
    relations_named,
)
from personae.commonsense.files import people
from personae.errors import FormatError, InvalidOption

NURSE = "I am a nurse"


@pytest.mark.parametrize(
    ("label", "tail", "text"),
    [
        ("characteristic", "calm", "I am calm."),
        ("routine_habit_relationship", "calm relatives", "I calm relatives."),
        ("goal_plan", "rest", "I want to rest."),
        ("experience", "passed the exams", "I passed the exams."),
    ],
)
def test_a_fact_is_a_first_person_sentence(label, tail, text):
    fact = fact_of(NURSE, label, tail)
    assert (fact.text, fact.label) == (text, label)
    assert fact.with_others is label.endswith("_relationship")


@pytest.mark.parametrize(
    ("head", "label", "tail", "score", "reason"),
    [
        (NURSE, "goals", "rest", 1.0, "no relation 'goals'. Known: characteristic,"),
        (NURSE, "_relationship", "rest", 1.0, "no relation"),
        ("", "goal_plan", "rest", 1.0, "The head has 0 characters"),
        (NURSE, "goal_plan", "x" * (TEXT_LIMIT + 1), 1.0, "The tail has 201 characters"),
        (NURSE, "goal_plan", "rest\nnow", 1.0, "line ends"),
        (NURSE, "goal_plan", "rest\u200bnow", 1.0, "invisible"),
        (NURSE, "goal_plan", "rest", 1.5, "not 0 to 1"),
        (NURSE, "goal_plan", "rest", float("nan"), "not 0 to 1"),
    ],
)
def test_what_is_no_fact_is_refused(head, label, tail, score, reason):
    with pytest.raises(FormatError, match=reason):
        fact_of(head, label, tail, score)


def test_relations_are_named_by_a_list_or_all():
    assert relations_named("all") == RELATIONS
    assert relations_named("experience, characteristic") == ("characteristic", "experience")
    for wrong, reason in (("goals", "no relation 'goals'"), (" ,", "No relation is named")):
        with pytest.raises(InvalidOption, match=reason):
            relations_named(wrong)


def test_a_graph_finds_facts_by_head_and_keeps_the_first_of_doubles():
    first = Fact(NURSE, "goal_plan", "rest", score=0.4)
    other = Fact("I sail", "experience", "capsized")
    graph = graph_of([first, other, Fact(NURSE, "goal_plan", "rest", score=0.9)])
    assert graph.facts == (first, other)
    assert graph.heads == (NURSE, "I sail")
    assert graph.of([NURSE, "unknown", NURSE]) == [first]
    assert graph.of(["I sail"], ["goal_plan"]) == []
    assert graph.without([NURSE]).facts == (other,)


def test_the_shipped_graph_has_eighteen_facts_a_head_under_all_labels():
    graph = people()
    assert len(graph.heads) == 145
    assert {len(facts) for facts in graph.by_head.values()} == {18}
    for facts in graph.by_head.values():
        assert len({fact.label for fact in facts}) == 8
        assert len({fact.text for fact in facts}) == 18


def test_the_shipped_tails_complete_their_sentences():
    for fact in people().facts:
        assert fact.tail[-1] not in ".,;!?"
        assert fact.tail.split()[0] not in ("i", "I", "am", "to"), fact
