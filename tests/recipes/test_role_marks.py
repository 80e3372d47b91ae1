"""Marks: the first turn out of bounds ends a dialogue, and nothing that was decided is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Dialogue, Turn
from personae.errors import FormatError, InvalidOption
from personae.recipes.role_marks import Marks


def dialogue(name, length=6):
    turns = tuple(Turn(speaker=("char", "user")[n % 2], text=f"{name} {n}") for n in range(length))
    return Dialogue(id=name, turns=turns, labels={"test_speaker": "char"})


DIALOGUES = (dialogue("a"), dialogue("b"), dialogue("c"))


def told(marks):
    return {
        one.id: [turn.labels.get("out_of_bounds") for turn in one.turns] for one in marks.labelled()
    }


def test_turns_are_asked_in_order_and_the_first_out_of_bounds_ends_the_dialogue(tmp_path):
    marks = Marks(DIALOGUES, tmp_path / "m")
    asked = marks.next()
    assert (asked.dialogue.id, asked.position, asked.before) == ("a", 0, ())
    marks.take(asked, "in")
    asked = marks.next()
    assert (asked.position, asked.before) == (2, (("user", "a 1"),))
    marks.take(asked, "out", "policy")
    assert marks.next().dialogue.id == "b"
    assert told(marks) == {"a": [False, None, True]}
    (one,) = marks.labelled()
    assert one.turns[-1].labels == {"out_of_bounds": True, "category": "policy"}
    assert marks.counts() == {"dialogues": 1, "in bounds": 1, "out of bounds": 1}


def test_a_dialogue_without_fault_is_decided_after_its_last_turn(tmp_path):
    marks = Marks(DIALOGUES[:1], tmp_path / "m")
    while (asked := marks.next()) is not None:
        marks.take(asked, "in")
    assert told(marks) == {"a": [False, None, False, None, False]}


def test_a_skipped_dialogue_is_left_out(tmp_path):
    marks = Marks(DIALOGUES, tmp_path / "m")
    marks.take(marks.next(), "in")
    marks.take(marks.next(), "skip")
    assert marks.next().dialogue.id == "b"
    assert told(marks) == {}


def test_undo_goes_back_across_dialogues_to_the_beginning(tmp_path):
    marks = Marks(DIALOGUES, tmp_path / "m")
    marks.take(marks.next(), "in")
    marks.take(marks.next(), "out")
    assert marks.next().dialogue.id == "b"
    assert marks.undo().verdict == "out"
    assert marks.next().position == 2
    assert marks.undo().verdict == "in"
    assert marks.undo() is None
    assert marks.next().position == 0


@given(st.lists(st.sampled_from(["in", "out", "skip", "undo", "again"]), max_size=30))
def test_another_reader_goes_on_where_one_stopped(tmp_path_factory, decisions):
    file = tmp_path_factory.mktemp("marks") / "m"
    marks = Marks(DIALOGUES, file)
    for decision in decisions:
        asked = marks.next()
        if decision == "undo":
            marks.undo()
        elif decision == "again":
            marks = Marks(DIALOGUES, file)
            assert marks.next() == asked
        elif asked is not None:
            marks.take(asked, decision)
    for labels in told(marks).values():
        assert True not in labels[:-1]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("[]", "not an object"),
        ('{"dialogue": "a", "position": -1, "verdict": "in"}', "from 0"),
        ('{"dialogue": "a", "position": true, "verdict": "in"}', "from 0"),
        ('{"dialogue": "a", "position": 1, "verdict": "maybe"}', "no verdict"),
        ('{"dialogue": "a", "position": 1, "verdict": "out", "category": "x"}', "no category"),
        ('{"position": 1, "verdict": "in"}', "'dialogue' is missing"),
    ],
)
def test_a_damaged_file_is_refused_with_its_line(tmp_path, line, fault):
    (tmp_path / "m").write_text(f'{{"dialogue": "a", "position": 0, "verdict": "in"}}\n{line}\n')
    with pytest.raises(FormatError, match=fault) as caught:
        Marks(DIALOGUES, tmp_path / "m")
    assert caught.value.line == 2


def test_doubled_ids_and_unknown_categories_are_refused(tmp_path):
    with pytest.raises(InvalidOption, match="id 'a'"):
        Marks((DIALOGUES[0], DIALOGUES[0]), tmp_path / "m")
    marks = Marks(DIALOGUES, tmp_path / "m")
    with pytest.raises(InvalidOption, match="no category"):
        marks.take(marks.next(), "out", "manners")
    assert marks.taken == []
