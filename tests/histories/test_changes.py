"""Tests of personae.histories.changes: lines of likings, and what they are told by."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from personae.histories.changes import CHANGES, LIKES, Event, day_of, events_of, line_of
from personae.histories.topics import shipped_topics


@pytest.fixture(scope="module")
def made():
    topics = shipped_topics()
    return [(topics, events_of(topics, random.Random(seed))) for seed in range(20)]


def test_each_liking_is_a_line_in_which_every_change_names_what_it_ends(made):
    lengths = set()
    for topics, events in made:
        for topic in topics:
            line = line_of(events, topic.name)
            assert line[0].kind == LIKES
            for before, one in pairwise(line):
                assert one.kind == CHANGES
                assert (one.before, one.old) == (before.id, before.doing)
                assert one.doing != one.old
                assert one.period > before.period
            reasons = [one.reason for one in line[1:]]
            assert len(set(reasons)) == len(reasons)
            steps = [(one.old, one.doing) for one in line[1:]]
            assert len(set(steps)) == len(steps)
            lengths.add(len(line))
    assert lengths == {2, 3, 4}


def test_some_likings_come_back(made):
    lines = [line_of(events, topic.name) for topics, events in made for topic in topics]
    back = [line for line in lines if len({one.doing for one in line}) < len(line)]
    assert 0.05 < len(back) / len(lines) < 0.6


def test_what_is_tried_or_heard_of_was_never_liked(made):
    for topics, events in made:
        for topic in topics:
            liked = {one.doing for one in line_of(events, topic.name)}
            rest = [one for one in events if one.topic == topic.name and one.kind in
                    ("tried", "heard")]  # fmt: skip
            assert len({one.doing for one in rest} | liked) == len(liked) + 2


def test_a_line_is_found_in_any_order_and_without_what_came_later(made):
    topics, events = made[0]
    line = line_of(events, topics[0].name)
    assert line_of(events[::-1], topics[0].name) == line
    assert line_of([one for one in events if one not in line[-1:]], topics[0].name) == line[:-1]


def test_a_side_note_uses_the_words_of_the_paper(made):
    _, events = made[0]
    days = {one.id: "01/08/2024" for one in events}
    change = next(one for one in events if one.kind == CHANGES)
    note = change.note(days)
    assert note["[Updated Fact] Likes"] == change.doing
    assert note["[Reasons of Change]"] == change.reason
    assert note["Old Event Date"] == "01/08/2024"


def test_an_event_survives_json(made):
    for one in made[0][1]:
        assert Event.from_dict(one.to_dict()) == one


def test_periods_do_not_overlap():
    assert [day_of(period, 0).isoformat() for period in range(4)] == [
        "2024-01-08", "2024-01-15", "2024-02-14", "2025-02-13"
    ]  # fmt: skip


def test_a_ring_of_changes_has_an_end():
    ring = [
        Event(own, "cooking", CHANGES, 1, before=before)
        for own, before in (("a", "b"), ("b", "a"), ("c", "a"))
    ]
    assert [one.id for one in line_of(ring, "cooking")] == ["b", "a", "c"]
