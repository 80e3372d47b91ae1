"""Tests of personae.formats.soundness."""

from __future__ import annotations

import pytest

from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.formats.soundness import remarks

SOUND = Dialogue(id="d", turns=(Turn(speaker="A", text="Hi."), Turn(speaker="B", text="Hello.")))


def test_sound_dialogues_give_no_remarks():
    assert list(remarks([SOUND, SOUND.model_copy(update={"id": "e"})])) == []


def test_doubled_ids_and_empty_dialogues_and_turns_are_named():
    silent = Turn(speaker="B", text="  ")
    odd = Dialogue(id="e", turns=(SOUND.turns[0], silent, Turn(speaker="f", text="", kind="event")))
    assert list(remarks([SOUND, SOUND, Dialogue(id="x"), odd])) == [
        "d: another dialogue has the same id",
        "x: it has no turns",
        "e, turn 1: B says nothing",
    ]


def test_the_remarks_of_the_format_come_along():
    assert list(remarks([SOUND], lambda dialogue: [f"{dialogue.id} is odd"])) == ["d is odd"]


def test_what_was_odd_before_a_fault_is_told():
    def dialogues():
        yield Dialogue(id="x")
        raise FormatError("broken", line=7)

    found = remarks(dialogues())
    assert next(found) == "x: it has no turns"
    with pytest.raises(FormatError, match="broken"):
        next(found)
