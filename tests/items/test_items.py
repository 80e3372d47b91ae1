"""What ships is whole, and items and people of strangers are refused in one sentence."""

from __future__ import annotations

import contextlib
import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae import items
from personae.errors import FormatError


def test_there_are_210_items_of_three_levels_in_six_subjects():
    known = items.knowledge()
    assert len(known) == 210
    assert set(Counter((one.subject, one.level) for one in known).values()) == {14, 12, 9}
    assert len({one.question for one in known}) == 210
    assert all(len(one.options) == 4 and one.answer == 0 for one in known)


def test_there_are_60_statements_and_half_of_each_attitude_is_reversed():
    known = items.attitudes()
    assert len({one.text for one in known}) == 60
    reversed_ones = Counter(one.attitude for one in known if one.is_reversed)
    assert reversed_ones == dict.fromkeys({one.attitude for one in known}, 5)


def test_there_are_162_people_in_12_categories_and_30_controls():
    known = items.people()
    assert len(known) == 12
    assert len({name for names in known.values() for name in names}) == 162
    lists = items.lists()
    sizes = (lists.controls, lists.names, lists.colors, lists.education)
    assert [len(set(one)) for one in sizes] == [30, 12, 6, 6]
    assert sum(map(len, lists.bias.values())) == 16
    assert all({*names} <= {*known[group]} for group, names in lists.bias.items())


def test_each_subject_has_three_experts_and_the_first_is_its_own():
    experts = items.lists().experts
    assert set(experts) == {one.subject for one in items.knowledge()}
    assert all(len(set(three)) == 3 for three in experts.values())
    assert all(three[0] == f"an expert in {subject}" for subject, three in experts.items())


@pytest.mark.parametrize(
    ("person", "line"),
    [
        ("a nurse", "You are a nurse."),
        ("Talk like a pirate!", "Talk like a pirate!"),
        ("Your favourite colour is grey.", "Your favourite colour is grey."),
        (" ", ""),
    ],
)
def test_a_person_is_told_and_a_sentence_is_left_as_it_is(person, line):
    assert items.told(person) == line


def write(tmp_path, *rows):
    file = tmp_path / "items.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return file


def test_items_of_ones_own_take_letters_and_positions(tmp_path):
    row = {"question": "Is it?", "options": ["no", "yes"]}
    file = write(tmp_path, {**row, "answer": "b"}, {**row, "answer": 0, "id": "x", "subject": "s"})
    first, second = items.read_items(file)
    assert (first.id, first.answer, first.subject) == ("item-0001", 1, "")
    assert (second.id, second.answer, second.subject) == ("x", 0, "s")


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({"question": "?", "options": ["a"], "answer": 0}, "2 to 26 different options; this has 1"),
        ({"question": "?", "options": ["a", "a"], "answer": 0}, "with equal ones"),
        ({"question": "?", "options": ["a", "b"], "answer": "C"}, "no letter A to B"),
        ({"question": "?", "options": ["a", "b"], "answer": 2}, "no position 0 to 1"),
        ({"question": "?", "options": ["a", "b"], "answer": True}, "'True' is no letter"),
        ({"question": "?", "options": ["a", "b"]}, "'None' is no letter"),
        ({"options": ["a", "b"], "answer": 0}, "'question' is missing"),
    ],
)
def test_what_is_no_item_is_refused_with_its_line(tmp_path, row, fault):
    good = {"question": "?", "options": ["a", "b"], "answer": 0}
    with pytest.raises(FormatError, match=fault) as caught:
        items.read_items(write(tmp_path, good, row))
    assert caught.value.line == 2


def test_two_items_of_one_id_and_none_at_all_are_refused(tmp_path):
    row = {"question": "?", "options": ["a", "b"], "answer": 0, "id": "same"}
    with pytest.raises(FormatError, match="Two items have the id 'same'"):
        items.read_items(write(tmp_path, row, row))
    with pytest.raises(FormatError, match="no item"):
        items.read_items(write(tmp_path))


def test_people_are_read_with_their_categories(tmp_path):
    file = tmp_path / "people.txt"
    file.write_text("a nurse\n\n# age\na child\nan old man\n", "utf-8")
    assert items.read_people(file) == {"": ("a nurse",), "age": ("a child", "an old man")}


@pytest.mark.parametrize(
    ("text", "fault"), [("a cook\na cook", "is there twice"), ("# nobody\n", "There are 0"),
                        ("x" * 2_001, "is too long")]
)  # fmt: skip
def test_strange_lists_of_people_are_refused(tmp_path, text, fault):
    file = tmp_path / "people.txt"
    file.write_text(text, "utf-8")
    with pytest.raises(FormatError, match=fault):
        items.read_people(file)


@given(st.binary(max_size=300))
def test_any_bytes_are_items_or_one_clear_error(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("any") / "items.jsonl"
    file.write_bytes(content)
    for read in (items.read_items, items.read_people):
        with contextlib.suppress(FormatError):
            assert read(file)
