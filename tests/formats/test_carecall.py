"""Tests of personae.formats.carecall."""

from __future__ import annotations

import json

import pytest

from personae.errors import FormatError
from personae.formats.carecall import detects, read
from personae.formats.reading import detect

MARKED = {
    "guid": "validated-1",
    "data": [
        {"role": "system", "utterance": "Hello, have you eaten?", "out-of-bounds": False},
        {"role": "user", "utterance": "Not yet."},
        {"role": "system", "utterance": "I will cook for you.", "out-of-bounds": True},
    ],
}
FIXED = {"guid": "fixed-1", "data": [{"role": "system", "text": "Good morning."}]}


@pytest.mark.parametrize("as_lines", [False, True])
def test_marked_turns_have_a_label_and_corrected_dialogues_have_none(make_file, as_lines):
    rows = [MARKED, FIXED]
    content = "\n".join(map(json.dumps, rows)) if as_lines else rows
    file = make_file("a.jsonl" if as_lines else "a.json", content)
    marked, fixed = read(file)
    assert [turn.labels.get("out_of_bounds") for turn in marked.turns] == [False, None, True]
    assert [turn.speaker for turn in marked.turns] == ["system", "user", "system"]
    assert (fixed.id, fixed.turns[0].text, fixed.turns[0].labels) == (
        "fixed-1",
        "Good morning.",
        {},
    )
    assert detect(file).name == "carecall"
    assert marked.labels["test_speaker"] == "system"


@pytest.mark.parametrize(
    "row",
    [
        {"guid": "a"},
        {"data": []},
        {"guid": "a", "data": [{"role": "nurse", "text": "Hm"}]},
        {"guid": "a", "data": [{"role": "user"}]},
        {"guid": "a", "data": [{"role": "system", "text": "Hm", "out-of-bounds": 1}]},
    ],
)
def test_what_is_no_such_dialogue_is_refused(make_file, row):
    with pytest.raises(FormatError):
        list(read(make_file("a.json", [row])))


def test_other_records_are_not_recognised(tmp_path):
    assert not detects(json.dumps([{"guid": 3, "data": []}]).encode(), tmp_path)
    assert not detects(
        json.dumps({"guid": "a", "data": [{"role": "assistant"}]}).encode(), tmp_path
    )
    assert not detects(b"[", tmp_path)
