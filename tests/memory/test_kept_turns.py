"""Tests of personae.memory.kept_turns: what is kept is found by its turn, what gave way is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from personae.data import Dialogue, Turn
from personae.encoders.disclosure import open_disclosure
from personae.encoders.embedder import open_embedder
from personae.errors import InvalidOption
from personae.memory.kept_turns import kept_turns

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINES = (
    ("Bo", "I have two dogs."), ("Assistant", "I love dogs."), ("Bo", "Hello there!"),
    ("Bo", "I live in Rome."), ("Bo", "I have no dogs."),
)  # fmt: skip


@pytest.fixture(scope="module")
def disclosure():
    return open_disclosure(open_embedder())


def dialogue(**update) -> Dialogue:
    turns = [
        Turn(speaker=name, text=text, id=f"t{at}", said_at=START + timedelta(days=at))
        for at, (name, text) in enumerate(LINES)
    ]
    return Dialogue(id="d", turns=tuple(turn.model_copy(update=update) for turn in turns))


def test_the_users_turns_that_still_hold_are_recalled(disclosure, word_nli):
    (found,) = kept_turns(dialogue(), ["Do I have dogs?"], disclosure, word_nli)
    assert found[0] == "t4"
    assert not {"t0", "t1", "t2"} & set(found)


def test_turns_without_dates_are_refused(disclosure, word_nli):
    with pytest.raises(InvalidOption, match="no dates"):
        kept_turns(dialogue(said_at=None), ["Dogs?"], disclosure, word_nli)
