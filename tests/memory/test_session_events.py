"""Tests of personae.memory.session_events: one summary a question, by topic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from personae.data import Dialogue, Turn
from personae.encoders.disclosure import open_disclosure
from personae.errors import InvalidOption
from personae.memory.session_events import session_events

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINES = ("I love swimming in the lake.", "The violin needs a repair.", "My tortoise sleeps a lot.")


@pytest.fixture(scope="module")
def disclosure():
    from personae.encoders.embedder import open_embedder

    return open_disclosure(open_embedder())


def dialogue(**update) -> Dialogue:
    turns = [
        Turn(speaker="Bo", text=text, id=f"{at}", said_at=START + timedelta(days=at))
        for at, text in enumerate(LINES)
    ]
    return Dialogue(id="d", turns=tuple(turn.model_copy(update=update) for turn in turns))


def test_the_session_of_the_topic_comes_back_and_nothing_for_others(disclosure):
    asked = ("Shall we go swimming in the lake?", "Where is my violin?", "Quantum chromodynamics")
    found = session_events(dialogue(), asked, disclosure)
    assert [one.text if one else None for one in found] == [
        f"Bo: {LINES[0]}", f"Bo: {LINES[1]}", None
    ]  # fmt: skip


def test_turns_without_dates_are_refused(disclosure):
    with pytest.raises(InvalidOption, match="no dates"):
        session_events(dialogue(said_at=None), ("What?",), disclosure)
    with pytest.raises(InvalidOption, match="no dates"):
        session_events(Dialogue(id="e"), ("What?",), disclosure)
