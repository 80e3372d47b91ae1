"""The check of S040 can fail: when the outdated is missing, options leak, or nothing is found."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from personae.benchmarks import personamem
from personae.catalog.check import CheckFailed
from personae.catalog.checks import s040_personamem as s040
from personae.histories import asking, changes, published
from personae.histories.making import histories
from personae.lm.scripted import ScriptedModel


@pytest.fixture(autouse=True)
def few(monkeypatch, word_embedder):
    monkeypatch.setattr(s040, "PEOPLE", 24)
    monkeypatch.setattr(s040, "LOOKED_FOR", 1)
    monkeypatch.setattr(personamem, "shipped_embedder", lambda: word_embedder)


def rows():
    return published.questionnaire(histories(12)).rows


def test_what_is_made_passes():
    assert s040.graph(rows())[0].endswith("the graph reader gets 1.000")
    assert s040.outdated(rows())
    assert "similar 0.2" in s040.blind(0)[0]
    assert s040.finds(0)
    assert s040.repeats(0)


def test_a_latest_liking_without_the_outdated_fails(monkeypatch):
    def latest(person, topic, events, rng):
        draft = made(person, topic, events, rng)
        if draft is None:
            return None
        liked = {event.doing for event in changes.line_of(events, topic.name)}
        doings = [value.doing for value in topic.values]
        free = next(one for one in doings if one not in liked and one not in draft.claims)
        return replace(draft, claims=[draft.claims[0], free, *draft.claims[2:]])

    made = asking._MAKERS["latest"]
    monkeypatch.setitem(asking._MAKERS, "latest", latest)
    with pytest.raises(CheckFailed, match="have the outdated liking"):
        s040.outdated(rows())


def test_a_reader_that_knows_no_update_fails(monkeypatch):
    given = rows()
    monkeypatch.setattr(asking, "line_of", lambda *given: changes.line_of(*given)[:1])
    with pytest.raises(CheckFailed, match="questions are answered otherwise"):
        s040.graph(given)


def test_right_answers_that_are_longer_fail(monkeypatch):
    def longer(*given):
        made = finished(*given)
        options = list(made.options)
        options[made.right] += " I remember it well."
        return replace(made, options=tuple(options))

    finished = asking._finished
    monkeypatch.setattr(asking, "_finished", longer)
    with pytest.raises(CheckFailed, match=r"'longest' gets 0.9"):
        s040.blind(0)


def test_right_answers_that_are_always_of_some_kind_fail(monkeypatch):
    """A judge that counts words of other users' answers sees it."""

    def favourite(person, topic, events, rng):
        draft = made(person, topic, events, rng)
        fact = events[0] and topic.facts[0]
        words = {"asked": fact.asked, "answered": fact.answered}
        return draft and replace(draft, words=words, claims=fact.things[:4])

    made = asking._MAKERS["fact"]
    monkeypatch.setitem(asking._MAKERS, "fact", favourite)
    with pytest.raises(CheckFailed, match=r"'word counts of others' gets 0.[345]"):
        s040.blind(0)


def test_a_memory_that_finds_anything_fails(monkeypatch):
    def anything(memories, questions, embedder, *, ways, k):
        ids = [one.id for one in memories]
        return {ways[0]: [random.Random(0).sample(ids, min(k, len(ids))) for _ in questions]}

    monkeypatch.setattr(personamem, "ranked", anything)
    with pytest.raises(CheckFailed, match="of the evidence in 5 turns"):
        s040.finds(0)


def test_a_model_that_does_not_read_what_is_found_fails():
    with pytest.raises(CheckFailed, match="chooses right"):
        s040.chooses(ScriptedModel(), 0)
