"""Tests of personae.formats.msc."""

from __future__ import annotations

import pytest

from personae.errors import FormatError
from personae.formats.msc import detects, read

SESSION_1 = [
    {"id": "test_0", "user_memory": [["I own a kayak."], []],
     "dialogue": [["I have a kayak.", "Nice."], ["Bye.", "Bye."]]},
    {"id": "test_1", "user_memory": [[]], "dialogue": [["Hi.", "Hi."]]},
]  # fmt: skip
SESSION_2 = [
    {"id": "test_0", "meta": {"user": ["I own a kayak."], "assistant": ["I swim."]},
     "dialogue": [["Been paddling?", "I swam."]]},
    {"id": "test_2", "meta": {"user": [], "assistant": []}, "dialogue": [["New.", "Yes."]]},
]  # fmt: skip


@pytest.fixture
def second_session(make_file):
    make_file("parse-session-1-test.json", SESSION_1)
    return make_file("session-2-test.json", SESSION_2)


def test_a_session_has_both_personas(second_session):
    first, _ = read(second_session)
    assert first.id == "test_0-session-2"
    assert first.personas["user"].statements == ("I own a kayak.",)
    assert first.personas["assistant"].statements == ("I swim.",)
    assert [turn.speaker for turn in first.turns] == ["user", "assistant"]
    assert first.labels == {"test_speaker": "assistant", "pair": "test_0", "session": 2}


def test_memories_are_labels_of_the_user_turns(make_file):
    first, _ = read(make_file("parse-session-1-test.json", SESSION_1))
    assert [turn.labels.get("memory") for turn in first.turns] == [
        ["I own a kayak."], None, [], None,
    ]  # fmt: skip


def test_sessions_of_a_pair_can_be_joined(second_session):
    first, second = read(second_session, joined=True)
    assert first.id == "test_0"
    assert [turn.labels["session"] for turn in first.turns] == [1, 1, 1, 1, 2, 2]
    assert first.turns[0].labels["memory"] == ["I own a kayak."]
    assert first.personas["assistant"].statements == ("I swim.",)
    assert first.labels["sessions"] == [1, 2]
    assert (second.id, second.labels["sessions"]) == ("test_2", [2])


def test_a_file_whose_name_tells_no_session_cannot_be_joined(make_file):
    file = make_file("some.json", SESSION_2)
    assert [dialogue.id for dialogue in read(file)] == ["test_0", "test_2"]
    with pytest.raises(FormatError, match=r"session-2-test\.json"):
        list(read(file, joined=True))


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ({"id": "a", "user_memory": [[]], "dialogue": [["a", "b"], ["c", "d"]]}, "1 memories"),
        ({"id": "a", "user_memory": [[7]], "dialogue": [["a", "b"]]}, "holds a number"),
        ({"id": "a", "user_memory": ["x"], "dialogue": [["a", "b"]]}, "is a string"),
        ({"id": 7, "dialogue": [["a", "b"]]}, "'id' is a number"),
        ({"id": "a", "meta": [], "dialogue": [["a", "b"]]}, "'meta' is a list"),
        ({"id": "a", "meta": {"user": [1]}, "dialogue": [["a", "b"]]}, "'user' holds"),
    ],
)
def test_wrong_types_are_refused(make_file, item, reason):
    with pytest.raises(FormatError, match=reason):
        list(read(make_file("session-2-x.json", [item])))


def test_both_kinds_of_file_are_recognised(tmp_path):
    assert detects(b'[{"id": "a", "meta": {}, "dialogue": []}]', tmp_path)
    assert detects(b'[{"id": "a", "user_memory": [], "dialogue": []}]', tmp_path)
    assert not detects(b'[{"persona": [], "dialogue": []}]', tmp_path)


def test_the_published_fifth_session_joins_with_the_four_before(dataset_dir):
    source = dataset_dir("msc") / "session-5-test.json"
    dialogues = list(read(source, joined=True))
    assert len(dialogues) == 501
    assert all(dialogue.labels["sessions"] == [1, 2, 3, 4, 5] for dialogue in dialogues)
    labelled = [t for t in dialogues[0].turns if "memory" in t.labels]
    assert {turn.labels["session"] for turn in labelled} == {1}
    own = sum(len(dialogue.turns) for dialogue in read(source))
    assert own == 2 * 2934
