"""Tests of personae.formats.chat_log."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.formats.chat_log import detects, read, write


def one(make_file, text: str | bytes) -> tuple[Turn, ...]:
    (dialogue,) = read(make_file("log.txt", text))
    return dialogue.turns


def test_plain_lines_become_turns(make_file):
    turns = one(make_file, "Ann: Hi: you?\nBo: Yes.\n\nTwo lines.\nAnn:\n  indented\n")
    assert [(turn.speaker, turn.text) for turn in turns] == [
        ("Ann", "Hi: you?"),
        ("Bo", "Yes.\n\nTwo lines."),
        ("Ann", "  indented"),
    ]


def test_dashes_part_dialogues(make_file):
    first, second = read(make_file("log.txt", "Ann: a\n---\nBo: b\n"))
    assert (first.id, second.id) == ("log-0", "log-1")
    assert second.turns[0].text == "b"


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("[2024-01-31 10:15:30] Ann: hi", datetime(2024, 1, 31, 10, 15, 30)),
        ("2024-01-31T10:15:30Z Ann: hi", datetime(2024, 1, 31, 10, 15, 30, tzinfo=UTC)),
        ("2024/01/31 10:15 <Ann> hi", datetime(2024, 1, 31, 10, 15)),
        ("31/01/2024, 21:15 - Ann: hi", datetime(2024, 1, 31, 21, 15)),
        ("[31.01.24, 21:15:30] Ann: hi", datetime(2024, 1, 31, 21, 15, 30)),
        ("1/31/24, 9:15\u202fPM - Ann: hi", datetime(2024, 1, 31, 21, 15)),
        ("\u200e[1/31/24, 12:15:00 AM] Ann: hi", datetime(2024, 1, 31, 0, 15)),
    ],
)
def test_timestamps_of_many_kinds_are_read(make_file, line, moment):
    (turn,) = one(make_file, line)
    assert (turn.speaker, turn.text, turn.said_at) == ("Ann", "hi", moment)


def test_a_clock_without_a_date_is_a_label(make_file):
    turns = one(make_file, "[10:15] Ann: hi\n[10:16] <Bo> ho\n")
    assert [(t.speaker, t.text, t.said_at, t.labels["time"]) for t in turns] == [
        ("Ann", "hi", None, "10:15"),
        ("Bo", "ho", None, "10:16"),
    ]


@pytest.mark.parametrize(
    ("other", "month"),
    [("25/03/2024, 10:00 - Bo: x", 3), ("03/25/2024, 10:00 - Bo: x", 4), ("", 3)],
)
def test_the_order_of_day_and_month_is_read_off_the_whole_file(make_file, other, month):
    turns = one(make_file, f"04/03/2024, 09:00 - Ann: x\n{other}\n")
    assert turns[0].said_at is not None
    assert turns[0].said_at.month == month


def test_half_days_mean_that_the_month_comes_first(make_file):
    (turn,) = one(make_file, "04/03/2024, 9:00 AM - Ann: x\n")
    assert turn.said_at == datetime(2024, 4, 3, 9)


def test_in_a_stamped_log_only_stamps_begin_turns(make_file):
    text = (
        "31/01/2024, 21:14 - Messages are end-to-end encrypted.\n"
        "31/01/2024, 21:15 - Ann B. C. D. E. F.: The list\nNote: bring bread\n"
        "31/01/2024, 21:16 - +49 171 5: ok\n"
    )
    turns = one(make_file, text)
    assert [(turn.kind, turn.speaker, turn.text) for turn in turns] == [
        ("event", "System", "Messages are end-to-end encrypted."),
        ("utterance", "Ann B. C. D. E. F.", "The list\nNote: bring bread"),
        ("utterance", "+49 171 5", "ok"),
    ]


def test_links_and_long_phrases_are_no_names(make_file):
    turns = one(make_file, "Ann: see\nhttps://example.org\nall the things I said to you: none\n")
    assert [turn.speaker for turn in turns] == ["Ann"]


names = st.sampled_from(["Ann", "Bo Li", "Zoë", "李雷", "Dr. O'Neil"])
texts = (
    st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.just("\n"), max_size=25)
    .filter(lambda text: not text.startswith(("\n", "//")))
    .filter(lambda text: not set(text) & set("\u200e\u200f\u202a\u202c\ufeff"))
)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)) | st.datetimes(
    datetime(2000, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)
)


@st.composite
def logs(draw) -> list[Dialogue]:
    is_stamped = draw(st.booleans())
    return [
        Dialogue(
            id=f"round-{number}",
            turns=tuple(
                Turn(
                    speaker=draw(names),
                    text=draw(texts),
                    said_at=draw(moments) if is_stamped else None,
                )
                for _ in range(draw(st.integers(1, 4)))
            ),
        )
        for number in range(draw(st.integers(1, 3)))
    ]


@settings(max_examples=50, deadline=None)
@given(logs())
def test_logs_come_back_as_they_were_written(tmp_path_factory, dialogues):
    file = tmp_path_factory.getbasetemp() / "round.txt"
    write(dialogues, file)
    assert list(read(file)) == dialogues


@pytest.mark.parametrize("name", ["a:b", "", " Ann", "9 lives", "[x]", "x" * 41, "a b c d e f"])
def test_names_that_could_not_be_read_back_are_refused(tmp_path, name):
    with pytest.raises(FormatError, match="cannot begin a line"):
        write([Dialogue(id="d", turns=(Turn(speaker=name, text="x"),))], tmp_path / "x.txt")


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("\njust text\n", 2, "not a turn"),
        (b"Ann: caf\xe9\n", 1, "UTF-8"),
        ("[2024-13-45 10:15:30] Ann: hi", 1, "not a date and time"),
        ("[2024-01-01 33:15] Ann: hi", 1, "not a date and time"),
    ],
)
def test_bad_logs_are_refused_with_their_line(make_file, content, line, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        one(make_file, content)
    assert caught.value.line == line


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80).map(lambda text: text.encode("utf-8", "replace")))
def test_any_text_parses_or_raises_a_format_error(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.txt"
    file.write_bytes(b"Ann: hi\n" + content)
    with suppress(FormatError):
        assert next(read(file)).turns[0].speaker == "Ann"


def test_a_name_that_would_backtrack_is_refused_quickly(make_file):
    with pytest.raises(FormatError, match="not a turn"):
        one(make_file, "1 " * 200_000)


def test_text_files_that_begin_with_a_turn_are_recognised(tmp_path):
    log = tmp_path / "x.txt"
    assert detects(b"Ann: hi", log)
    assert detects(b"[31.01.24, 21:15:30] Ann: hi", log)
    assert not detects(b'{"a": 1}', log)
    assert not detects(b"1 hello: you\tthere", log)
    assert not detects(b"Ann: hi", tmp_path / "x.json")
    assert not detects(b"", log)
