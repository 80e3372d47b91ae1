"""Tests of whole histories: sessions say what happened, and every question has one true answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from personae.errors import InvalidOption
from personae.histories import FILE
from personae.histories.asking import TYPES, true_claims
from personae.histories.changes import CHANGES, FACT
from personae.histories.making import distance, histories
from personae.histories.sessions import ASSISTANT, tokens_of
from personae.histories.topics import read_topics, shipped_topics
from personae.histories.wording import REASON, listed


@pytest.fixture(scope="module")
def made():
    return list(histories(12, seed=1))


def asked_in(histories_):
    return [(one, cut, asked) for one in histories_ for cut in one.cuts for asked in cut.asked]


def test_every_event_is_told_by_the_user_in_turns_of_its_own(made):
    for history in made:
        told = {}
        for turn in history.dialogue.turns:
            if "event" in turn.labels:
                assert turn.speaker == history.person.name
                told.setdefault(turn.labels["event"], []).append(turn)
        for event in history.cuts[-1].events:
            text = " ".join(turn.text for turn in told[event.id]).lower()
            assert (event.thing if event.kind == FACT else event.doing).lower() in text
            if event.kind == CHANGES:
                assert event.old.lower() in text
                assert any(reason.lower() in text for reason in REASON[event.reason].told)
        assert set(told) == {event.id for event in history.cuts[-1].events}


def test_user_and_assistant_take_turns_in_dated_sessions(made):
    for history in made:
        turns = history.dialogue.turns
        assert [turn.speaker for turn in turns] == [history.person.name, ASSISTANT] * (
            len(turns) // 2
        )
        assert len({turn.id for turn in turns}) == len(turns)
        assert [turn.said_at for turn in turns] == sorted(turn.said_at for turn in turns)
        assert {turn.labels["session"] for turn in turns} == set(range(1, 9))
        assert not any("{" in turn.text for turn in turns)


def test_nothing_of_the_small_talk_is_asked_twice(made):
    talk = {asked for topic in shipped_topics() for asked, _ in topic.talk}
    for history in made:
        said = [turn.text for turn in history.dialogue.turns]
        heard = [asked for asked in talk for text in said if text.endswith(asked)]
        assert len(heard) == len(set(heard))


def test_each_question_has_exactly_one_true_option_by_the_graph(made):
    for _, cut, asked in asked_in(made):
        true = true_claims(asked.type, asked.meant, cut.events, asked.topic, asked.about)
        assert true == [asked.right]
        assert len(set(asked.options)) == 4


def test_the_graph_reader_tells_a_history_from_a_later_one(made):
    """The oracle reads the events: with those of the end, earlier answers are no longer right."""
    wrong = 0
    for history, cut, asked in asked_in(made):
        if asked.type in ("latest", "sequence", "recommend") and cut is history.cuts[0]:
            last = history.cuts[-1].events
            wrong += true_claims(asked.type, asked.meant, last, asked.topic) != [asked.right]
    assert wrong > 10


def test_the_outdated_liking_is_always_among_the_wrong_answers(made):
    latest = [asked for _, _, asked in asked_in(made) if asked.type == "latest"]
    assert latest
    for asked in latest:
        assert asked.outdated >= 0
        assert asked.outdated != asked.right


def test_one_wrong_recommendation_goes_by_the_cliche_of_the_user(made):
    topics = {topic.name: topic for topic in shipped_topics()}
    for history, _, asked in asked_in(made):
        if asked.type == "recommend":
            value = topics[asked.topic].value(asked.meant[asked.cliche])
            assert value.group == history.person.group
            assert len({asked.right, asked.outdated, asked.cliche}) == 3


def test_cliche_says_nothing_about_what_is_right():
    groups = Counter()
    topics = {topic.name: topic for topic in shipped_topics()}
    for history, _, asked in asked_in(histories(100, seed=5)):
        if asked.type == "recommend":
            value = topics[asked.topic].value(asked.meant[asked.right])
            groups[value.group == history.person.group] += 1
    assert 0.15 < groups[True] / groups.total() < 0.35


def test_evidence_stands_before_the_cut_and_nothing_later_is_needed(made):
    for history, cut, asked in asked_in(made):
        ids = [turn.id for turn in history.dialogue.turns[: cut.end]]
        evidence = history.evidence(asked)
        assert evidence
        assert set(evidence) <= set(ids)
        sessions, tokens = distance(history, cut, asked)
        assert 0 <= sessions < 8
        assert tokens > 0


def test_new_things_were_never_said_by_anybody(made):
    for history, cut, asked in asked_in(made):
        said = " ".join(turn.text for turn in history.dialogue.turns[: cut.end]).lower()
        if asked.type == "new":
            meant = [doing.lower() in said for doing in asked.meant]
            assert meant == [at != asked.right for at in range(4)]


def test_wrong_orders_exchange_the_likings_of_the_right_one(made):
    sequences = [asked for _, _, asked in asked_in(made) if asked.type == "sequence"]
    assert sequences
    for asked in sequences:
        assert len({frozenset(order) for order in asked.meant}) == 1
        patterns = {tuple(order.index(one) for one in order) for order in asked.meant}
        assert len(patterns) == 1
        assert listed(asked.meant[asked.right]) in asked.options[asked.right]


def test_all_types_are_asked_after_each_period(made):
    for place in range(3):
        types = Counter(asked.type for one in made for asked in one.cuts[place].asked)
        assert set(types) == set(TYPES) - ({"sequence"} if place == 0 else set())


def test_the_seed_decides_all_and_more_users_only_add(made):
    again = list(histories(13, seed=1))
    assert again[:12] == made
    assert list(histories(1, seed=2)) != made[:1]


def test_errands_fill_a_history_up_and_change_no_question():
    (short,) = histories(1, seed=4)
    (long,) = histories(1, seed=4, tokens=20_000)
    size = sum(tokens_of(turn.text) for turn in long.dialogue.turns)
    assert 20_000 <= size < 20_500
    assert [cut.asked for cut in long.cuts] == [cut.asked for cut in short.cuts]
    told = [turn.text for turn in long.dialogue.turns if "event" in turn.labels]
    assert told == [turn.text for turn in short.dialogue.turns if "event" in turn.labels]


def test_groups_take_turns():
    groups = Counter(one.person.group for one in histories(8))
    assert groups == {"old": 2, "young": 2, "woman": 2, "man": 2}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"people": 0}, "1 to 10,000 users, not 0"),
        ({"people": 1, "sessions": 3}, "4 to 400 sessions, not 3"),
        ({"people": 1, "tokens": -1}, "tokens, not -1"),
        ({"people": 1, "each": 8}, "1 to 7 questions of each type, not 8"),
    ],
)
def test_numbers_out_of_range_are_refused(options, told):
    with pytest.raises(InvalidOption, match=told):
        list(histories(**options))


def test_too_few_topics_are_refused():
    with pytest.raises(InvalidOption, match="7 topics, and there are only 2"):
        list(histories(1, topics=shipped_topics()[:2]))


def test_a_changed_claim_is_no_longer_true(made):
    history, cut, asked = next(one for one in asked_in(made) if one[2].type == "reasons")
    events = [
        replace(one, reason="sleep" if one.reason != "sleep" else "cost")
        if one.id == asked.about else one
        for one in cut.events
    ]  # fmt: skip
    assert asked.right not in true_claims("reasons", asked.meant, events, asked.topic, asked.about)
    assert history.person.id


def test_braces_of_a_topics_own_are_said_as_they_are(tmp_path):
    file = tmp_path / "topics.txt"
    file.write_text(FILE.read_text().replace("{o}", "{o} {of mine}"))
    made = list(histories(1, topics=read_topics(file)))
    assert any("{of mine}" in turn.text for one in made for turn in one.dialogue.turns)
    assert any("{of mine}" in asked.options[0] for cut in made[0].cuts for asked in cut.asked)
