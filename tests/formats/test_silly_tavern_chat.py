"""Tests of personae.formats.silly_tavern_chat."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.formats.silly_tavern_chat import detects, moment, read, write

CHAT = [
    {"user_name": "You", "character_name": "Mara", "create_date": "x", "chat_metadata": {}},
    {"name": "Mara", "is_user": False, "mes": "Ahoy.", "swipes": ["Ahoy.", "Hm."], "swipe_id": 0},
    {"name": "You", "is_user": True, "mes": "Hi.", "send_date": "2026-10-05 @09h 30m 40s"},
    {"name": "Narrator", "is_user": False, "mes": "Rain.", "extra": {"type": "narrator"}},
    {"name": "System", "is_user": False, "is_system": True, "mes": "note"},
]


def test_a_chat_becomes_one_dialogue(make_file):
    (dialogue,) = read(make_file("mara.jsonl", CHAT, as_lines=True))
    assert dialogue.id == "mara"
    assert [(turn.speaker, turn.kind, turn.text) for turn in dialogue.turns] == [
        ("Mara", "utterance", "Ahoy."),
        ("You", "utterance", "Hi."),
        ("Narrator", "narration", "Rain."),
        ("System", "event", "note"),
    ]
    assert dialogue.labels["test_speaker"] == "Mara"
    assert dialogue.turns[0].labels["fields"]["swipes"] == ["Ahoy.", "Hm."]
    assert dialogue.turns[1].said_at == datetime(2026, 10, 5, 9, 30, 40)


def test_a_chat_without_names_in_its_header_answers_as_the_character(make_file):
    (dialogue,) = read(make_file("x.jsonl", [{"chat_metadata": {}}, *CHAT[1:3]], as_lines=True))
    assert dialogue.labels["test_speaker"] == "Mara"


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=9)
lines = st.builds(
    lambda fields, more: {**more, **fields},
    st.fixed_dictionaries({"name": texts, "mes": texts, "is_user": st.booleans()}),
    st.fixed_dictionaries(
        {},
        optional={
            "send_date": texts | st.integers(),
            "swipes": st.lists(texts, max_size=2),
            "extra": st.dictionaries(texts, texts, max_size=1),
        },
    ),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(lines, min_size=1, max_size=4))
def test_chats_are_written_as_they_were_read(tmp_path_factory, messages):
    folder = tmp_path_factory.getbasetemp()
    rows = [CHAT[0], *messages]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "in.jsonl").write_text(text, encoding="utf-8")
    write(read(folder / "in.jsonl"), folder / "out.jsonl")
    written = (folder / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]
    assert [json.loads(line) for line in written] == rows


def test_other_dialogues_are_written_with_a_header(tmp_path):
    turns = (
        Turn(speaker="A", text="hi", said_at=datetime(2026, 1, 2, tzinfo=UTC)),
        Turn(speaker="B", text="ho"),
    )
    write([Dialogue(id="d", turns=turns)], tmp_path / "x.jsonl")
    (back,) = read(tmp_path / "x.jsonl")
    assert [(t.speaker, t.text, t.said_at) for t in back.turns] == [
        ("A", "hi", datetime(2026, 1, 2, tzinfo=UTC)),
        ("B", "ho", None),
    ]
    assert back.labels["test_speaker"] == "B"


def test_two_dialogues_do_not_fit_in_a_chat(tmp_path):
    with pytest.raises(FormatError, match="there are 2 dialogues"):
        write([Dialogue(id="a"), Dialogue(id="b")], tmp_path / "x.jsonl")


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-10-05T09:30:00Z", datetime(2026, 10, 5, 9, 30, tzinfo=UTC)),
        ("2023-6-19 @14h 20m 1s 123ms", datetime(2023, 6, 19, 14, 20, 1)),
        ("2026-08-31 @00h00m01s", datetime(2026, 8, 31, 0, 0, 1)),
        ("June 19, 2023 2:20pm", datetime(2023, 6, 19, 14, 20)),
        (1785232801, datetime.fromtimestamp(1785232801, UTC)),
        (1785232801000, datetime.fromtimestamp(1785232801, UTC)),
        ("soon", None),
        ("2026-99-05 @09h 30m 40s", None),
        (10**400, None),
        (True, None),
        (None, None),
    ],
)
def test_dates_are_read_in_every_spelling(written, read_as):
    assert moment(written) == read_as


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"name": "x", "is_user": True}, "'mes' is missing"),
        ({"name": 1, "mes": "x"}, "'name' is a number"),
        (["x"], "a list, not an object"),
    ],
)
def test_wrong_lines_are_refused_with_their_line(make_file, row, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(make_file("x.jsonl", [CHAT[0], row], as_lines=True)))
    assert caught.value.line == 2


def test_headers_and_messages_are_recognised(tmp_path):
    assert detects(json.dumps(CHAT[0]).encode(), tmp_path)
    assert detects(json.dumps(CHAT[1]).encode(), tmp_path)
    assert not detects(b'{"name": "x"}', tmp_path)
