"""LifeChoice items: the published shapes, ours, and what is no item."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.formats.lifechoice import (
    LETTERS,
    LifeChoice,
    read_decisions,
    write_decisions,
)

ITEM = {
    "character_name": "Ana",
    "input_text": "Ana once fell from a horse.",
    "Multiple Choice Question": {
        "Scenario": "The coach has left.",
        "Question": "What does Ana do?",
        "Options": ["A. She rides.", "B. She walks.", "C. She waits.", "D. She weeps."],
        "Correct Answer": "B",
    },
}


def written(tmp_path, value, name="items.json"):
    file = tmp_path / name
    file.write_text(value if isinstance(value, str) else json.dumps(value))
    return file


@pytest.mark.parametrize("shape", [[ITEM], [[ITEM]], json.dumps(ITEM)])
def test_items_come_as_an_array_as_books_or_as_lines(tmp_path, shape):
    (one,) = read_decisions(written(tmp_path, shape))
    assert (one.character, one.answer, one.right) == ("Ana", "She walks.", 1)
    assert one.options[0] == "She rides."  # without its letter


def test_what_is_written_is_read_again(tmp_path):
    one = LifeChoice(
        "i1", "Ana", "A story.", "It rains.", "What now?", ("a", "b", "c", "d"), 2, "values",
        ("She is kind.",), ("A story.",), "novel",
    )  # fmt: skip
    file = tmp_path / "out.jsonl"
    assert write_decisions([one], file) == 1
    assert list(read_decisions(file)) == [one]


def test_a_mark_that_python_takes_for_a_line_end_ends_no_line(tmp_path):
    one = LifeChoice("i1", "Ana", "A\u2028story.", "It\x85rains.", "?", ("a", "b", "c", "d"), 2)
    file = tmp_path / "out.jsonl"
    write_decisions([one, one], file)
    assert list(read_decisions(file)) == [one, one]


@given(st.permutations(range(4)), st.integers(0, 3))
def test_in_any_order_of_the_options_the_right_one_stays_right(order, right):
    one = LifeChoice("i", "Ana", "s", "s", "q", ("a", "b", "c", "d"), right)
    moved = one.ordered(order)
    assert moved.answer == one.answer
    assert sorted(moved.options) == sorted(one.options)
    assert moved.to_dict()["Multiple Choice Question"]["Correct Answer"] == LETTERS[moved.right]


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("Options", ["a", "b"], "2 options; it must have four"),
        ("Options", ["a", "a", "b", "c"], "four different"),
        ("Correct Answer", "E", "none of A, B, C, D"),
        ("Correct Answer", "", "none of A, B, C, D"),
        ("Scenario", 3, "'Scenario' is a number"),
    ],
)
def test_what_is_no_item_is_one_sentence_with_its_place(tmp_path, key, value, fault):
    bad = {**ITEM, "Multiple Choice Question": {**ITEM["Multiple Choice Question"], key: value}}
    with pytest.raises(FormatError, match=fault) as raised:
        list(read_decisions(written(tmp_path, f"{json.dumps(bad)}\n")))
    assert raised.value.line == 1


@settings(max_examples=50)
@given(st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["character_name", "Multiple Choice Question", "Options"]), x)))  # fmt: skip
def test_any_json_is_items_or_a_format_error(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("any") / "x.json"
    file.write_text(json.dumps(value))
    try:
        assert all(isinstance(one, LifeChoice) for one in read_decisions(file))
    except FormatError as error:
        said = str(error)
    else:
        said = str(file)
    assert str(file) in said
