"""Tests of personae.formats.dulemon."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.formats.dulemon import detects, read
from personae.formats.reading import detect

ROW = {
    "bot_persona": ["B1: I teach swimming.", "B2：I live in Hefei."],
    "user_said_persona": ["U1: I have a dog called Nub."],
    "user_no_said_persona": ["U6: My wife is a nurse."],
    "conversation": ["Usr: Hello!", "Bot: Hi, how is Nub?\tU1", "Usr: Fine. You?\tB1 U6"],
}


@pytest.mark.parametrize("as_lines", [False, True])
def test_turns_name_the_facts_that_they_use(make_file, as_lines):
    content = json.dumps(ROW) + "\n" + json.dumps(ROW) if as_lines else [ROW, ROW]
    file = make_file("samples.jsonl" if as_lines else "samples.json", content)
    first, second = read(file)
    assert [turn.labels.get("uses") for turn in first.turns] == [
        None, ["I have a dog called Nub."], ["I teach swimming.", "My wife is a nurse."],
    ]  # fmt: skip
    assert [turn.speaker for turn in first.turns] == ["user", "bot", "user"]
    assert first.turns[1].text == "Hi, how is Nub?"
    assert first.personas["bot"].statements == ("I teach swimming.", "I live in Hefei.")
    assert first.labels["known"] == ["I have a dog called Nub."]
    assert "My wife is a nurse." in first.personas["user"].statements
    assert (first.id, second.id) == ("samples-0", "samples-1")
    assert detect(file).name == "dulemon"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"conversation": ["Bot: Hi\tU9"]}, "U9"),
        ({"conversation": ["Nurse: Hi"]}, "Nurse"),
        ({"conversation": ["Usr: "]}, "Usr"),
        ({"conversation": []}, "no turns"),
        ({"bot_persona": ["I teach."]}, "I teach"),
        ({"bot_persona": ["B1: a", "B1: b"]}, "B1"),
        ({"bot_persona": ["U1: a"]}, "same tag"),
        ({"bot_persona": "B1: a"}, "bot_persona"),
    ],
)
def test_what_is_no_such_dialogue_is_refused(make_file, change, told):
    with pytest.raises(FormatError, match=told):
        list(read(make_file("a.json", [{**ROW, **change}])))


def test_other_records_are_not_recognised(tmp_path):
    assert not detects(json.dumps({"conversation": ["Usr: Hi"]}).encode(), tmp_path)


@given(
    texts=st.lists(st.text(max_size=40), max_size=4),
    facts=st.lists(st.text(max_size=20), max_size=3),
)
def test_any_texts_are_read_or_refused(tmp_path_factory, texts, facts):
    file = tmp_path_factory.mktemp("any") / "a.jsonl"
    row = {**ROW, "conversation": texts, "bot_persona": facts}
    file.write_text(json.dumps(row), "utf-8")
    try:
        (dialogue,) = read(file)
    except FormatError:
        return
    assert len(dialogue.turns) == len(texts)
