"""Tests of personae.formats.it_convai2."""

from __future__ import annotations

import pytest

from personae.errors import FormatError
from personae.formats.it_convai2 import detects, read

ITEM = {
    "input": "have you any pets ?",
    "full_personas": ["i have a goat", "i sail"],
    "rm_persona": "i have a goat",
    "insuf_personas": ["i sail"],
    "label": "a goat , yes .",
}


def test_an_item_becomes_a_dialogue_of_two_turns_without_the_statement(make_file):
    (dialogue,) = read(make_file("data_valid_v2.json", {"data": [ITEM]}))
    assert [(turn.speaker, turn.text) for turn in dialogue.turns] == [
        ("A", "have you any pets ?"), ("B", "a goat , yes ."),
    ]  # fmt: skip
    assert dialogue.personas["B"].statements == ("i sail",)
    assert dialogue.labels["removed"] == "i have a goat"


@pytest.mark.parametrize("content", [{"data": [{"input": "x"}]}, {"data": 1}, {}, []])
def test_what_is_no_such_file_is_refused(make_file, content):
    with pytest.raises(FormatError):
        list(read(make_file("x.json", content)))


def test_the_published_file_is_recognised_and_read(dataset_dir):
    file = dataset_dir("it-convai2") / "data_valid_v2.json"
    assert detects(file.read_bytes()[:65536], file)
    dialogues = list(read(file))
    assert len(dialogues) == 1595
    for dialogue in dialogues:
        assert dialogue.labels["removed"] not in dialogue.personas["B"].statements
