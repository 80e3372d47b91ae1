"""Tests of personae.histories.topics: what ships, and what is refused."""

from __future__ import annotations

import contextlib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.histories.topics import GROUPS, OPTIONS, parse_topics, shipped_topics

HEAD = "# cooking: cooking: a plan\n"
VALUES = "".join(f"{g}: doing {g} {at} | an event | a thing\n" for g in GROUPS for at in (1, 2))
FACT = "? I burnt {o}. | What did I burn? | {o} | milk | rice | soup | jam\n"
TALK = "> How long? | Six minutes.\n"


def test_the_shipped_topics_are_complete_and_nothing_is_in_two_of_them():
    topics = shipped_topics()
    assert len(topics) >= 12
    doings = [value.doing for topic in topics for value in topic.values]
    assert len(set(doings)) == len(doings) == 8 * len(topics)
    recommended = [value.recommended for topic in topics for value in topic.values]
    assert len(set(recommended)) == len(recommended)
    for topic in topics:
        assert Counter(value.group for value in topic.values) == dict.fromkeys(GROUPS, 2)
        assert all(len(kind.things) >= OPTIONS for kind in topic.facts)
        assert all(kind.told.count("{o}") == 1 for kind in topic.facts)


def test_a_topic_is_read():
    (topic,) = parse_topics(f"# A remark.\n\n{HEAD}{VALUES}{FACT}{TALK}")
    assert (topic.name, topic.about, topic.wanted) == ("cooking", "cooking", "a plan")
    assert topic.value("doing old 2").group == "old"
    assert topic.facts[0].things == ("milk", "rice", "soup", "jam")
    assert topic.talk == [("How long?", "Six minutes.")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "There is no topic"),
        ("> How? | So.", "line 1: This stands before the first topic"),
        (HEAD + "tall: doing it | a | b", "line 2: A line begins with"),
        (HEAD + "old: doing it | a", "line 2: The line has . parts"),
        (HEAD + "old: doing it | a | ", "line 2: The line has . parts"),
        (HEAD + "? I burnt it. | What? | {o} | a | b | c | d", "line 2: .*has a gap"),
        (HEAD + "? I burnt {o}. | What? | {o} | a | b | c", "7 or more, none empty"),
        (HEAD + "? I burnt {o}. | What? | {o} | a | b | c | a", "twice"),
        (HEAD + VALUES.replace("old", "young") + FACT + TALK, "2 values of each group"),
        (HEAD + VALUES + FACT, "a fact and a line of talk"),
        (
            HEAD + VALUES + FACT + TALK + HEAD + VALUES + FACT + TALK,
            "name 'cooking' is there twice",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text, told):
    with pytest.raises(FormatError, match=told):
        parse_topics(text, Path("topics.txt"))


@given(st.text(alphabet="#?>:| {o}abold\n", max_size=200))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(FormatError):
        assert parse_topics(text)
