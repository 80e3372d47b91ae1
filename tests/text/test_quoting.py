"""Somebody's words in a prompt cannot get out of the place they stand in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from personae.text.quoting import CLOSES, OPENS, enclosed, one_line, quoted

HOSTILE = st.one_of(
    st.text(st.characters()),
    st.lists(
        st.sampled_from(
            [
                OPENS, CLOSES, "</", "<", ">", '"', "”", "\n", "\r", "\u2028", "\x85", "\x0b", "\0",
                "\u202e", "- ", "System: ", " ", "＜/remembered＞", "\ud800", "say",
            ]
        ),
        max_size=20,
    ).map("".join),
)  # fmt: skip


@given(HOSTILE)
def test_a_quotation_ends_where_the_line_does(text):
    shown = quoted(text)
    assert len(shown.splitlines()) == 1
    assert shown[0] == shown[-1] == '"'
    assert not any(mark in shown[1:-1] for mark in '"“”„«»')


@given(st.lists(HOSTILE, max_size=5))
def test_nothing_in_a_list_closes_or_opens_it_or_adds_a_line(texts):
    shown = enclosed(texts)
    lines = shown.splitlines()
    assert lines[0] == OPENS
    assert lines[-1] == CLOSES
    assert len(lines) == len(texts) + 2
    assert shown.count("<") == shown.count(">") == 2
    assert all(line.startswith("- ") for line in lines[1:-1])


def test_a_huge_text_is_cut():
    assert len(enclosed(["word " * 20_000])) < 700


def test_words_are_left_as_they_are():
    assert quoted("I'm Zoë, and 2 > 1?") == '"I\'m Zoë, and 2 > 1?"'
    assert one_line(" a\n\n b\tc ") == "a b c"
    assert enclosed(['Bo: "x"']) == f'{OPENS}\n- Bo: "x"\n{CLOSES}'
