"""Tests of personae.formats.dialogues."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Dialogue, Persona, Turn
from personae.errors import FormatError
from personae.formats.dialogues import detects, read, write

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
labels = st.dictionaries(texts, st.integers(-99, 99) | texts | st.lists(texts, max_size=2))
turns = st.builds(
    Turn,
    speaker=texts,
    text=texts,
    kind=st.sampled_from(["utterance", "event", "narration", "tool_call", "tool_result"]),
    id=texts,
    said_at=st.none() | st.datetimes(timezones=st.just(UTC)) | st.datetimes(),
    labels=labels,
)
personas = st.builds(Persona, name=texts, statements=st.lists(texts, max_size=2).map(tuple))
dialogues = st.builds(
    Dialogue,
    id=texts,
    turns=st.lists(turns, max_size=3).map(tuple),
    personas=st.dictionaries(texts, personas, max_size=2),
    scenario=texts,
    language=texts,
    labels=labels,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(dialogues, max_size=3))
def test_dialogues_come_back_as_they_were_written(tmp_path_factory, some):
    file = tmp_path_factory.getbasetemp() / "round.jsonl"
    write(some, file)
    assert list(read(file)) == some


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "a", "turns": [{"speaker": 7, "text": "x"}]}', "turns.0.speaker"),
        ('{"turns": []}', "id: Field required"),
        ('{"id": "a", "colour": 1}', "colour"),
        ("[1]", "whole value"),
        ('{"id": "a"', "not JSON"),
        ('{"id": "a", "labels": {"x": ' + "[" * 99 + "]" * 99 + "}}", "deeper than"),
    ],
)
def test_a_bad_line_is_named(make_file, line, reason):
    file = make_file("bad.jsonl", f'{{"id": "first"}}\n{line}\n')
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(file))
    assert (caught.value.file, caught.value.line) == (file, 2)


def test_dialogues_are_read_as_a_stream(make_file):
    file = make_file("stream.jsonl", '{"id": "first"}\nnot json\n')
    assert next(read(file)).id == "first"


def test_only_turns_by_speakers_are_recognised(tmp_path):
    turn = Turn(speaker="A", text="hi", said_at=datetime(2026, 1, 2, tzinfo=UTC))
    line = Dialogue(id="a", turns=(turn,)).to_json().encode()
    assert detects(line, tmp_path)
    assert not detects(b'{"id": "a", "turns": ["hi"]}', tmp_path)
    assert not detects(b'{"id": 1, "turns": []}', tmp_path)
