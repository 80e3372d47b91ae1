"""Statements of one persona that contradict each other."""

from personae.encoders.clashes import STATEMENTS_LIMIT, clashing_statements


def test_the_pair_that_contradicts_is_found(word_nli):
    (clash,) = clashing_statements(
        word_nli, ["I have dogs.", "I sing.", "I have no dogs.", "I have dogs."]
    )
    assert (clash.clause, clash.statement) == ("I have dogs.", "I have no dogs.")
    assert clash.contradiction > 0.9


def test_a_persona_that_agrees_with_itself_has_none(word_nli):
    assert clashing_statements(word_nli, ["I have dogs.", "I sing."]) == []
    assert clashing_statements(word_nli, ["I have dogs."]) == []
    assert clashing_statements(word_nli, []) == []


def test_five_hundred_statements_are_bounded_work(word_nli):
    clashing_statements(word_nli, [f"Fact {number}." for number in range(500)])
    assert len(word_nli.asked) == STATEMENTS_LIMIT * (STATEMENTS_LIMIT - 1)
