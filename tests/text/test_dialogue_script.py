"""Dialogues as a model writes them: what is a turn, and where reading ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.dialogue_script import MAX_LINES, read_script

NAMES = ("Marion", "Mrs Hall")


def test_turns_alternate_and_blank_lines_are_nothing():
    script = read_script("Marion: Hello.\n\n Mrs Hall :  At 9:30, yes.\n", NAMES)
    assert script.turns == (("Marion", "Hello."), ("Mrs Hall", "At 9:30, yes."))
    assert script.fault == ""


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("and so on", "unlabelled"),
        (": hm", "unlabelled"),
        ("Doctor: Next!", "other-speaker"),
        ("marion: Hello.", "other-speaker"),
        ("Mrs Hall: Again.", "speaks-twice"),
        ("Marion:", "empty-turn"),
        ("Marion: …", "empty-turn"),
    ],
)
def test_reading_ends_at_the_first_fault(line, fault):
    text = f"Marion: Hello.\nMrs Hall: Yes?\n{line}\nMarion: Well."
    script = read_script(text, NAMES)
    assert [speaker for speaker, _ in script.turns] == ["Marion", "Mrs Hall"]
    assert script.fault == fault


def test_the_last_line_of_a_text_that_broke_off_is_no_turn():
    text = "Marion: Hello.\nMrs Hall: I was just"
    assert read_script(text, NAMES, cut_short=True).turns == (("Marion", "Hello."),)
    assert read_script(text, NAMES, cut_short=True).fault == "cut-short"
    assert len(read_script(text, NAMES).turns) == 2
    endless = "\n".join(f"{NAMES[n % 2]}: {n}" for n in range(3 * MAX_LINES))
    assert len(read_script(endless, NAMES).turns) == MAX_LINES


@given(
    st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), max_size=9),
    st.booleans(),
)
def test_what_was_written_as_a_script_is_read_back(texts, user_begins):
    turns = [(NAMES[(n + user_begins) % 2], f"a{text}") for n, text in enumerate(texts)]
    text = "\n".join(f"{speaker}: {said}" for speaker, said in turns)
    assert read_script(text, NAMES).turns == tuple(turns)


@given(st.text(), st.booleans())
def test_any_text_is_read_without_an_error(text, cut_short):
    script = read_script(text, NAMES, cut_short=cut_short)
    assert all(speaker in NAMES and said for speaker, said in script.turns)
    assert all(a[0] != b[0] for a, b in zip(script.turns, script.turns[1:], strict=False))
