"""Where words and clauses stand, how far two texts are apart, what an edit changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.editing import (
    Change,
    Span,
    changes,
    clause_spans,
    edit_distance,
    kept_tokens,
    spliced,
    tokens,
    without_end,
    word_diff,
    word_spans,
)

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=8)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("that sounds fun , i am a teacher .", ["that sounds fun", "i am a teacher"]),
        (
            "I like them, but I only have a dog, because my sister is allergic.",
            ["I like them", "I only have a dog", "my sister is allergic"],
        ),
        ("I cook and my wife bakes!", ["I cook", "my wife bakes"]),
        ("I like tea and cake.", ["I like tea and cake"]),
        ("Yes! Dr. Who is great...", ["Yes", "Dr. Who is great"]),
        ("...", []),
        ("", []),
    ],
)
def test_clauses_stand_between_marks_and_conjunctions(text, clauses):
    assert [span.of(text) for span in clause_spans(text)] == clauses


@given(st.text(alphabet="ab ,.!?;-'", max_size=60))
def test_clauses_lie_in_the_text_in_order_and_apart(text):
    spans = clause_spans(text)
    edges = [edge for span in spans for edge in (span.start, span.end)]
    assert edges == sorted(edges)
    assert all(span.of(text).strip() == span.of(text) != "" for span in spans)


def test_an_apostrophe_belongs_to_its_word():
    text = "I don't know, it’s late."
    assert [span.of(text) for span in word_spans(text)] == ["I", "don't", "know", "it’s", "late"]


def test_what_is_put_in_follows_the_case_of_what_stood_there():
    assert spliced("My dog sleeps.", Span(0, 6), "the cat") == "The cat sleeps."
    assert spliced("Fine, my dog sleeps.", Span(6, 12), "The cat") == "Fine, the cat sleeps."
    assert spliced("Fine, my dog sleeps.", Span(6, 19), "I am here") == "Fine, I am here."
    assert spliced("Fine. we sleep.", Span(6, 14), "We eat") == "Fine. We eat."


def test_end_marks_are_taken_off():
    assert without_end(" i have two dogs . ") == "i have two dogs"


def test_tokens_are_those_of_word_punct():
    assert tokens("I don't, really!!") == ["i", "don", "'", "t", ",", "really", "!!"]


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [("", "", 0), ("abc", "", 3), ("kitten", "sitting", 3), ("abcd", "axcde", 2)],
)
def test_the_distance_is_levenshteins(left, right, distance):
    assert edit_distance(left, right) == edit_distance(right, left) == distance


@given(WORDS, WORDS, WORDS)
def test_the_distance_is_a_metric(one, two, three):
    assert (edit_distance(one, two) == 0) == (one == two)
    assert edit_distance(one, three) <= edit_distance(one, two) + edit_distance(two, three)


@given(WORDS, WORDS)
def test_what_is_kept_and_the_distance_bound_each_other(one, two):
    kept = kept_tokens(one, two)
    assert kept == kept_tokens(two, one)
    distance = edit_distance(one, two)
    assert max(len(one), len(two)) - kept <= distance <= len(one) + len(two) - 2 * kept


def test_a_diff_shows_what_went_and_what_came():
    before, after = "Fun! I am a teacher.", "Fun! I am a nurse."
    assert word_diff(before, after) == "Fun! I am a [-teacher-]{+nurse+}."
    assert changes(before, after) == [Change(" teacher", " nurse")]
    assert word_diff("Fun.", "Fun. I sing.") == "Fun. {+I sing.+}"
    assert changes(before, before) == []


@given(WORDS, WORDS)
def test_a_diff_without_its_marks_is_either_text(one, two):
    before, after = " ".join(one), " ".join(two)
    diff = word_diff(before, after)
    import re

    left = re.sub(r"\{\+.*?\+\}", "", re.sub(r"\[-(.*?)-\]", r"\1", diff))
    right = re.sub(r"\[-.*?-\]", "", re.sub(r"\{\+(.*?)\+\}", r"\1", diff))
    assert left.split() == one
    assert right.split() == two
