"""Tests of personae.formats.sharegpt."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Dialogue, Persona, Turn
from personae.errors import FormatError
from personae.formats.sharegpt import detects, read, write

ROW = {
    "id": "r1",
    "source": "hand",
    "conversations": [
        {"from": "system", "value": "You are Ana."},
        {"from": "human", "value": "Hi"},
        {"from": "gpt", "value": "Hello", "weight": 1},
    ],
}


def test_a_row_becomes_a_dialogue_with_the_system_text_as_prompt(make_file):
    (dialogue,) = read(make_file("s.json", [ROW]))
    assert dialogue.personas["gpt"].system_prompt == "You are Ana."
    assert [(turn.speaker, turn.text) for turn in dialogue.turns] == [
        ("human", "Hi"),
        ("gpt", "Hello"),
    ]
    assert dialogue.labels == {"test_speaker": "gpt", "fields": {"source": "hand"}}


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=9)
said = st.builds(
    lambda role, text, more: {**more, "from": role, "value": text},
    st.sampled_from(["human", "gpt", "observation", "function_call"]),
    texts,
    st.dictionaries(st.sampled_from(["weight", "loss"]), st.integers(0, 9) | st.none()),
)
system = st.builds(lambda text: [{"from": "system", "value": text + "."}], texts)
rows = st.builds(
    lambda name, first, rest, more: {**more, "id": name, "conversations": first + rest},
    texts,
    system | st.just([]),
    st.lists(said, max_size=4),
    st.dictionaries(st.sampled_from(["source", "lang"]), texts),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(rows, max_size=3), st.sampled_from([".json", ".jsonl"]))
def test_canonical_rows_are_written_as_they_were_read(tmp_path_factory, some, ending):
    folder = tmp_path_factory.getbasetemp()
    source, target = folder / f"in{ending}", folder / f"out{ending}"
    lines = "".join(json.dumps(row) + "\n" for row in some)
    source.write_text(json.dumps(some) if ending == ".json" else lines, encoding="utf-8")
    write(read(source), target)
    text = target.read_text(encoding="utf-8")
    if ending == ".json":
        assert json.loads(text) == some
    else:
        assert [json.loads(line) for line in text.split("\n")[:-1]] == some


def test_other_dialogues_are_written_as_human_and_gpt(tmp_path):
    persona = Persona(name="B", statements=("I bake.", "I ski."))
    turns = (Turn(speaker="A", text="hi"), Turn(speaker="B", text="ho"))
    dialogue = Dialogue(id="d", turns=turns, personas={"B": persona}, labels={"test_speaker": "B"})
    write([dialogue], tmp_path / "x.jsonl")
    assert json.loads((tmp_path / "x.jsonl").read_bytes())["conversations"] == [
        {"from": "system", "value": "I bake.\nI ski."},
        {"from": "human", "value": "hi"},
        {"from": "gpt", "value": "ho"},
    ]


def test_several_humans_keep_their_names(tmp_path):
    turns = tuple(Turn(speaker=name, text="x") for name in ("Ann", "gpt", "Bob"))
    write([Dialogue(id="d", turns=turns)], tmp_path / "x.json")
    (back,) = read(tmp_path / "x.json")
    assert [turn.speaker for turn in back.turns] == ["Ann", "gpt", "Bob"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"conversations": "x"}, "'conversations' is a string"),
        ({"conversations": [{"from": "alien", "value": "x"}]}, "'alien' is none of these"),
        ({"conversations": [{"from": "gpt"}]}, "'value' is missing"),
        ({"conversations": ["hi"]}, "a string, not an object"),
        ({"id": 5, "conversations": []}, "'id' is a number"),
    ],
)
def test_wrong_rows_are_refused_with_their_line(make_file, row, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(make_file("s.jsonl", [ROW, row], as_lines=True)))
    assert caught.value.line == 2


def test_conversations_are_recognised(tmp_path):
    assert detects(json.dumps([ROW]).encode(), tmp_path)
    assert not detects(b'{"messages": []}', tmp_path)
