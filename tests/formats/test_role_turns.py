"""Labelled turns: contrasts, dialogues, and what is refused."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae import roles
from personae.errors import FormatError
from personae.formats.role_turns import LabelledTurn, read_labelled

CONTRAST = {
    "id": "knee", "part": "test", "before": [["char", "Hello."], ["user", "My knee hurts."]],
    "in_bounds": ["Has a doctor seen it?"], "out_of_bounds": [["identity", "Mine hurts as well."]],
}  # fmt: skip
DIALOGUE = {
    "id": "d1", "labels": {"test_speaker": "char", "part": "train"},
    "turns": [
        {"speaker": "char", "text": "Hello.", "labels": {"out_of_bounds": False}},
        {"speaker": "user", "text": "Lunch?"},
        {"speaker": "char", "text": "I had soup.",
         "labels": {"out_of_bounds": True, "category": "identity"}},
        {"speaker": "char", "text": "Nobody judged this."},
    ],
}  # fmt: skip


def read(folder, *rows):
    file = folder / "turns.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return read_labelled(file)


def test_contrasts_and_dialogues_become_turns(tmp_path):
    good, bad, opening, lunch = read(tmp_path, CONTRAST, DIALOGUE)
    before = (("char", "Hello."), ("user", "My knee hurts."))
    assert good == LabelledTurn(
        "knee", before, "Has a doctor seen it?", False, "", "test", "turns.jsonl"
    )
    assert (bad.is_out, bad.category, bad.heard) == (True, "identity", "My knee hurts.")
    assert (opening.before, opening.heard, opening.is_out) == ((), "", False)
    assert (lunch.group, lunch.part, lunch.heard) == ("d1", "train", "Lunch?")


@pytest.mark.parametrize(
    ("row", "change", "fault"),
    [
        (CONTRAST, {"part": "dev"}, "'dev' is no part"),
        (CONTRAST, {"before": [["nurse", "Hm"]]}, "neither char nor user"),
        (CONTRAST, {"out_of_bounds": [["manners", "Hm"]]}, "no category"),
        (CONTRAST, {"out_of_bounds": ["Hm"]}, "pairs of strings"),
        (CONTRAST, {"in_bounds": "Hm"}, "must be a list"),
        (CONTRAST, {"id": 3}, "'id' is a number"),
        (DIALOGUE, {"turns": 3}, "turns"),
        (DIALOGUE, {"labels": {"part": "x", "test_speaker": "char"}}, "no part"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path, row, change, fault):
    with pytest.raises(FormatError, match=fault) as caught:
        read(tmp_path, CONTRAST, {**row, **change})
    assert caught.value.line == 2


@given(st.binary(max_size=120))
def test_any_bytes_are_turns_or_a_format_error(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.jsonl"
    file.write_bytes(content)
    with contextlib.suppress(FormatError):
        assert read_labelled(file) == []


@pytest.mark.parametrize("name", roles.names())
def test_shipped_turns_have_both_sides_in_both_parts_and_no_reply_in_two(name):
    files = roles.labelled_of(name)
    assert files
    for file in files:
        turns = read_labelled(file)
        sides = {(turn.part, turn.is_out) for turn in turns}
        assert sides == {(part, is_out) for part in ("train", "test") for is_out in (True, False)}
        groups = {part: {t.group for t in turns if t.part == part} for part in ("train", "test")}
        assert not groups["train"] & groups["test"]
    own = [turn for file in roles.labelled_of(name, by_people=True) for turn in read_labelled(file)]
    assert len({turn.reply for turn in own}) == len(own)
    assert all(turn.category for turn in own if turn.is_out)


def test_no_turns_ship_for_a_role_that_does_not():
    assert roles.labelled_of("../phone-companion") == ()
