"""Tests of personae.formats.personal_dialog."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.formats.personal_dialog import detects, read

SESSION = {
    "profile": [
        {"tag": ["摄影", "猫"], "loc": "福建 厦门", "gender": "female"},
        {"tag": "篮球;旅行", "loc": "", "gender": "male", "age": 31},
    ],
    "dialog": [["你 好"], ["你 好", "呀"], "再见"],
    "uid": [0, 1, 0],
}


def test_speakers_follow_their_indices_and_have_traits(make_file):
    (dialogue,) = read(make_file("s.jsonl", [SESSION], as_lines=True))
    assert [(turn.speaker, turn.text) for turn in dialogue.turns] == [
        ("A", "你 好"),
        ("B", "你 好 呀"),
        ("A", "再见"),
    ]
    assert dialogue.personas["A"].attributes == {
        "gender": "female", "location": "福建 厦门", "interests": "摄影, 猫",
    }  # fmt: skip
    assert dialogue.personas["B"].attributes == {
        "gender": "male", "age": "31", "interests": "篮球, 旅行",
    }  # fmt: skip
    assert (dialogue.language, dialogue.labels) == ("zh", {})


@pytest.mark.parametrize(("profile", "speaker"), [(1, "B"), (None, "C")])
def test_the_gold_response_is_the_last_turn_of_the_responder(make_file, profile, speaker):
    responder = {"tag": [], "loc": "上海"} if profile is None else SESSION["profile"][profile]
    session = {**SESSION, "responder_profile": responder, "golden_response": ["好"]}
    (dialogue,) = read(make_file("s.jsonl", [session], as_lines=True))
    assert (dialogue.turns[-1].speaker, dialogue.turns[-1].text) == (speaker, "好")
    assert dialogue.labels["test_speaker"] == speaker
    assert speaker in dialogue.personas


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uid": [0, 1]}, "3 lines have 2 speaker"),
        ({"uid": [0, 2, 0]}, "index 2 has no profile"),
        ({"uid": [0, True, 0]}, "index True"),
        ({"uid": [0, -1, 0]}, "index -1"),
        ({"dialog": [[], ["a"], ["b"]]}, "neither a string"),
        ({"dialog": [[1], ["a"], ["b"]]}, "neither a string"),
        ({"profile": ["x"]}, "not an object"),
        ({"profile": None}, "'profile' is missing"),
        ({"profile": [{"tag": 7}, {}]}, "'tag' is a number"),
        ({"golden_response": None}, "neither a string"),
    ],
)
def test_broken_sessions_are_refused_with_their_line(make_file, change, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(make_file("s.jsonl", [SESSION, {**SESSION, **change}], as_lines=True)))
    assert caught.value.line == 2


json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("a;", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["tag", "loc", "gender", "age"]), inner, max_size=2)
    ),
    max_leaves=6,
)


@settings(max_examples=50, deadline=None)
@given(st.fixed_dictionaries({"profile": json_value, "dialog": json_value, "uid": json_value}))
def test_any_types_parse_or_raise_a_format_error(tmp_path_factory, session):
    file = tmp_path_factory.getbasetemp() / "any.jsonl"
    file.write_text(json.dumps(session) + "\n", encoding="utf-8")
    with suppress(FormatError):
        (dialogue,) = read(file)
        assert len(dialogue.turns) == len(session["uid"])


def test_sessions_are_recognised(tmp_path):
    assert detects(b'{"profile": [], "dialog": [], "uid": []}', tmp_path)
    assert not detects(b'{"dialog": [], "uid": []}', tmp_path)
