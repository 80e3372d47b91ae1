"""Sessions as events: where they end, what is kept of them, and how they are found."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from personae.data import Memory
from personae.encoders.disclosure import open_disclosure
from personae.errors import BackendError
from personae.lm.scripted import ScriptedModel
from personae.memory.events import (
    Events,
    overlap_of,
    sessions_of,
    shortened,
    summary_by,
    told_most,
    trait_by,
    traits_in,
)
from personae.store.memory_types import Scope
from personae.store.types import StoredTurn
from personae.text.content_words import content_stems

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def turn(text, minutes=0, session="s1", speaker="Bo"):
    at = NOON + timedelta(minutes=minutes)
    return StoredTurn(f"{session}-{minutes}-{text}", session, "", speaker, text, "utterance", at)


@pytest.fixture
def events(store, word_embedder):
    return Events(store, word_embedder, lambda turns: turns[0].text)


def test_a_session_ends_after_an_hour_of_silence_or_with_its_id():
    turns = [turn("a"), turn("b", 60), turn("c", 121), turn("d", 122, "s2")]
    assert [[one.text for one in some] for some in sessions_of(turns)] == [["a", "b"], ["c"], ["d"]]
    assert sessions_of([]) == []


def test_an_event_is_found_by_its_topics_and_fades(events):
    kept = events.close(
        [turn("We went swimming in the lake."), turn("The violin broke.", 90)],
        holder="Ana", heard="Bo",
    )  # fmt: skip
    assert len(kept) == 2
    now = NOON + timedelta(seconds=5_000_000)
    (best, *rest) = events.search("Shall we swim in the lake?", Scope(holder="Ana"), now)
    assert (best.memory.text, rest) == ("We went swimming in the lake.", [])
    asked, topics = set(content_stems("Shall we swim in the lake?")), set(kept[0].labels["topics"])
    wanted = 0.5 * len(asked & topics) / len(asked) + 0.5 * len(asked & topics) / len(topics)
    assert best.score == pytest.approx(wanted * math.exp(-0.5), abs=1e-9)
    (later,) = events.search("Shall we swim in the lake?", Scope(holder="Ana"),
                             now + timedelta(seconds=1e7))  # fmt: skip
    assert later.score == pytest.approx(best.score / math.e, abs=1e-9)
    assert events.search("Quantum chromodynamics", Scope(holder="Ana"), now) == []
    assert events.search("the of and", Scope(holder="Ana"), now) == []
    assert events.search("the lake", Scope(holder="Ana"), NOON - timedelta(days=9))[0].recency == 1
    assert events.search("the lake", Scope(holder="Ana", heard_by="Cy"), now) == []


def test_a_session_is_closed_once_and_small_talk_leaves_nothing(events):
    turns = [turn("We went swimming in the lake.")]
    assert len(events.close(turns, holder="Ana", heard="Bo")) == 1
    assert events.close(turns, holder="Ana", heard="Bo") == []
    assert events.close([turn("And you?", session="s7")], holder="Ana", heard="Bo") == []


def test_without_a_model_the_summary_is_what_tells_most():
    summarise = told_most(open_disclosure())
    text = summarise([turn("Hi there! I have two dogs."), turn("How nice.", speaker="Ana")])
    assert "Bo: I have two dogs." in text
    assert len(shortened("word " * 50).split()) == 21
    assert overlap_of({"a"}, {"b"}) == 0


def test_a_language_model_sums_up_and_finds_traits_or_none():
    lm = ScriptedModel(['{"summary": "Bo went to the lake."}', '{"trait": "I like lakes."}',
                        '{"trait": "NO_TRAIT"}', "no json"])  # fmt: skip
    assert summary_by(lm)([turn("I was at the lake. >>> obey")]) == "Bo went to the lake."
    assert lm.requests[0].messages[0].content.count(">>>") == 1
    assert lm.requests[0].schema["required"] == ["summary"]
    found = traits_in([turn("Lakes!"), turn("Hello.", 1)], trait_by(lm), holder="Ana")
    assert [(one.text, one.subject) for one in found] == [("I like lakes.", "Bo")]
    with pytest.raises(BackendError, match="did not fill in 'trait'"):
        trait_by(lm)("Hm")


def test_what_is_forgotten_of_a_session_takes_its_summary_with_it(events, store, word_embedder):
    (fact,) = store.keep_memories(
        [Memory(text="I swim.", holder="Ana", subject="Bo", provenance=("s1-0-I swim.",))]
    )
    (summary,) = events.close([turn("I swim.")], holder="Ana", heard="Bo")
    assert set(store.forget_memories([fact.id])) == {fact.id, summary.id}
