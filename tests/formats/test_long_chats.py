"""Tests of personae.formats: long_chats, realtalk, locomo."""

from __future__ import annotations

import copy
from collections import Counter
from datetime import UTC, datetime

import pytest

from personae.data import Dialogue
from personae.errors import FormatError
from personae.formats.long_chats import questions_of, said
from personae.formats.reading import detect, read_dialogues

REALTALK = {
    "name": {"speaker_1": "Ana", "speaker_2": "Bo"},
    "session_2": [
        {"speaker": "Bo", "dia_id": "D2:1", "clean_text": "Back!",
         "date_time": "02.01.2024, 09:00:00"}
    ],
    "session_1": [
        {"speaker": "Ana", "dia_id": "D1:1", "clean_text": "I ski.",
         "date_time": "29.12.2023, 22:42:04"},
        {"speaker": "Bo", "dia_id": "D1:2", "clean_text": "Look", "blip_caption": "a dog",
         "date_time": "29.12.2023, 22:43:00", "img_file": ["x.jpg"]},
    ],
    "session_1_date_time": "29.12.2023, 22:42:04",
    "events_session_1": {"agent_a": []},
    "qa": [
        {"question": "Who skis?", "answer": "Ana", "evidence": ["D1:1", "D9:9"], "category": 1},
    ],
}  # fmt: skip
LOCOMO = {
    "speaker_a": "Ana",
    "speaker_b": "Bo",
    "session_1_date_time": "1:56 pm on 8 May, 2023",
    "session_1": [{"speaker": "Ana", "dia_id": "D1:1", "text": "I ski."}],
    "session_2_date_time": "1:56 am on 9 May, 2023",
    "qa": [
        {"question": "Which year?", "answer": 2022, "evidence": ["D1:1"], "category": 2},
        {"question": "A boat?", "evidence": [], "category": 5, "adversarial_answer": "red"},
    ],
}


def test_a_chat_of_realtalk_is_read_in_the_order_of_its_sessions(make_file):
    file = make_file("chat.json", REALTALK)
    (chat,) = read_dialogues(file)
    assert detect(file).name == "realtalk"
    assert [turn.id for turn in chat.turns] == ["D1:1", "D1:2", "D2:1"]
    assert [turn.labels["session"] for turn in chat.turns] == [1, 1, 2]
    assert chat.turns[0].said_at == datetime(2023, 12, 29, 22, 42, 4, tzinfo=UTC)
    assert said(chat.turns[1]) == "Look (a dog)"
    assert said(chat.turns[0]) == "I ski."
    (question,) = questions_of(chat)
    assert (question.text, question.answer, question.category) == ("Who skis?", "Ana", 1)
    assert question.evidence == ("D1:1", "D9:9")


def test_questions_survive_our_own_format(make_file):
    (chat,) = read_dialogues(make_file("chat.json", LOCOMO))
    assert questions_of(Dialogue.from_json(chat.to_json())) == questions_of(chat)


def test_a_conversation_of_locomo_is_dated_by_its_sessions(make_file):
    file = make_file("26.json", LOCOMO)
    (chat,) = read_dialogues(file)
    assert detect(file).name == "locomo"
    assert chat.turns[0].said_at == datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    assert [one.answer for one in questions_of(chat)] == ["2022", ""]


def test_the_list_of_all_conversations_is_read(make_file):
    talk = {key: value for key, value in LOCOMO.items() if key != "qa"}
    items = [
        {"sample_id": f"conv-{at}", "qa": LOCOMO["qa"], "conversation": talk} for at in (26, 30)
    ]
    file = make_file("locomo10.json", items)
    assert detect(file).name == "locomo"
    chats = list(read_dialogues(file))
    assert [chat.id for chat in chats] == ["conv-26", "conv-30"]
    assert [len(questions_of(chat)) for chat in chats] == [2, 2]


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("session_1", 0, "date_time"), "yesterday", "'yesterday' is not a date"),
        (("session_1", 1, "dia_id"), "D1:1", "Two turns have the id 'D1:1'"),
        (("session_1", 0, "speaker"), 7, "'speaker' is a number"),
        (("session_1",), "Hi", "'session_1' is a string"),
        (("qa", 0, "category"), 6, "from 1 to 5"),
        (("qa", 0, "category"), True, "from 1 to 5"),
        (("qa", 0, "answer"), ["Ana"], "is a list; it must be a string or a number"),
        (("qa", 0, "answer"), None, "is null"),
        (("qa", 0, "evidence"), "D1:1", "'evidence' is a string"),
        (("qa",), {}, "'qa' is an object"),
    ],
)
def test_what_is_no_such_chat_is_refused_in_one_sentence(make_file, path, value, told):
    broken = copy.deepcopy(REALTALK)
    place = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(FormatError, match=told):
        list(read_dialogues(make_file("chat.json", broken), "realtalk"))


def test_a_chat_without_turns_is_refused(make_file):
    with pytest.raises(FormatError, match="no session with turns"):
        list(read_dialogues(make_file("a.json", {"session_1": [], "qa": []}), "locomo"))


def test_the_shared_chats_have_the_published_turns_and_questions(dataset_dir):
    counts = {}
    for name in ("realtalk", "locomo"):
        files = sorted(dataset_dir(name).glob("*.json"))
        chats = [chat for file in files for chat in read_dialogues(file)]
        kinds = Counter(one.category for chat in chats for one in questions_of(chat))
        counts[name] = (len(chats), sum(len(chat.turns) for chat in chats), dict(kinds))
    # Five of REALTALK's ten chats and of LoCoMo's ten conversations are in the shared data.
    assert counts == {
        "realtalk": (5, 3309, {1: 151, 2: 152, 3: 57}),
        "locomo": (5, 2760, {1: 142, 2: 156, 3: 46, 4: 418, 5: 237}),
    }
