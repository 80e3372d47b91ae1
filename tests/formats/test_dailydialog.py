"""Tests of personae.formats.dailydialog."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.formats.dailydialog import (
    ACTS,
    EMOTIONS,
    TOPICS,
    detects,
    read,
    write,
    write_original,
)

RECORD = {
    "fold": "test",
    "topic": "work",
    "dialogue": [
        {"emotion": "no_emotion", "act": "question", "text": "Late again ?"},
        {"emotion": "sadness", "act": "inform", "text": "The tram stood still ."},
    ],
}


@pytest.fixture
def original(make_file):
    make_file("dialogues_act.txt", "2 1 \n3 4\n")
    make_file("dialogues_emotion.txt", "0 5\n0 4\n")
    make_file("dialogues_topic.txt", "8\n6\n")
    return make_file(
        "dialogues_text.txt",
        "Late again ? __eou__ The tram stood still . __eou__\n"
        "Two tickets . __eou__ Sure ! __eou__\n",
    )


def test_json_lines_have_named_labels(make_file):
    (dialogue,) = read(make_file("test.json", [RECORD], as_lines=True))
    assert dialogue.labels == {"fold": "test", "topic": "work"}
    assert [(turn.speaker, turn.labels) for turn in dialogue.turns] == [
        ("A", {"act": "question", "emotion": "no_emotion"}),
        ("B", {"act": "inform", "emotion": "sadness"}),
    ]


def test_the_original_files_give_the_same_labels(original):
    first, second = read(original)
    assert first.labels == {"topic": "work"}
    assert [(t.text, t.labels["act"], t.labels["emotion"]) for t in first.turns] == [
        ("Late again ?", "question", "no_emotion"),
        ("The tram stood still .", "inform", "sadness"),
    ]
    assert second.labels == {"topic": "tourism"}
    assert list(read(original.parent)) == [first, second]


def test_text_without_label_files_has_no_labels(make_file):
    (dialogue,) = read(make_file("dialogues_train.txt", "Hi . __eou__ Ho . __eou__\n"))
    assert [turn.labels for turn in dialogue.turns] == [{}, {}]
    assert dialogue.labels == {"fold": "train"}


def test_label_files_of_a_fold_are_found(make_file):
    make_file("dialogues_act_train.txt", "1 2\n")
    (dialogue,) = read(make_file("dialogues_train.txt", "Hi . __eou__ Ho . __eou__\n"))
    assert [turn.labels for turn in dialogue.turns] == [{"act": "inform"}, {"act": "question"}]


@pytest.mark.parametrize(
    ("name", "content", "line", "reason"),
    [
        ("dialogues_act.txt", "2 1\n3\n", 2, "1 acts stand where 2 are needed"),
        ("dialogues_emotion.txt", "0 5 0\n0 4\n", 1, "3 emotions stand"),
        ("dialogues_act.txt", "2 1\n", 2, "no line of acts"),
        ("dialogues_act.txt", "2 1\n3 4\n1 1\n", 3, "has no dialogue"),
        ("dialogues_act.txt", "2 1\n3 5\n", 2, "5 is not in 1 … 4"),
        ("dialogues_emotion.txt", "0 x\n0 4\n", 1, "'x' is not a label"),
        ("dialogues_emotion.txt", "0 ²\n0 4\n", 1, "is not a label"),
        ("dialogues_topic.txt", "8\n11\n", 2, "11 is not in 1 … 10"),
    ],
)
def test_labels_that_do_not_fit_are_refused_with_their_line(
    make_file, original, name, content, line, reason
):
    make_file(name, content)
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(original))
    assert caught.value.line == line


texts = st.text("abc .?é", min_size=1, max_size=12).map(lambda t: " ".join(t.split())).filter(bool)
turn_labels = st.fixed_dictionaries(
    {"act": st.sampled_from(ACTS), "emotion": st.sampled_from(EMOTIONS)}
)


@st.composite
def labelled(draw) -> list[Dialogue]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        said = draw(st.lists(st.tuples(texts, turn_labels), min_size=1, max_size=5))
        turns = (
            Turn(speaker="AB"[n % 2], text=text, labels=labels)
            for n, (text, labels) in enumerate(said)
        )
        topic = draw(st.sampled_from(TOPICS))
        found.append(
            Dialogue(id=str(number), turns=tuple(turns), language="en", labels={"topic": topic})
        )
    return found


@settings(max_examples=50, deadline=None)
@given(labelled())
def test_both_formats_give_back_what_was_written(tmp_path_factory, dialogues):
    folder = tmp_path_factory.getbasetemp()
    write(dialogues, folder / "round.jsonl")
    write_original(dialogues, folder)
    for found in (list(read(folder / "round.jsonl")), list(read(folder))):
        assert [d.model_copy(update={"id": str(n)}) for n, d in enumerate(found)] == dialogues


def test_labels_without_a_number_cannot_be_written_to_the_original_files(tmp_path):
    turn = Turn(speaker="A", text="x", labels={"act": "sing", "emotion": "anger"})
    with pytest.raises(FormatError, match="'sing'"):
        write_original([Dialogue(id="d", turns=(turn,))], tmp_path)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({**RECORD, "dialogue": "x"}, "'dialogue' is a string"),
        ({**RECORD, "dialogue": [{"text": 1}]}, "'text' is a number"),
        ({**RECORD, "dialogue": [{"text": "x", "act": 2}]}, "'act' is a number"),
        ({**RECORD, "topic": ["work"]}, "'topic' is a list"),
    ],
)
def test_wrong_types_are_refused_with_their_line(make_file, record, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(make_file("x.json", [RECORD, record], as_lines=True)))
    assert caught.value.line == 2


def test_both_formats_are_recognised(original):
    assert detects(json.dumps(RECORD).encode(), original)
    assert detects(original.read_bytes(), original)
    assert detects(b"", original.parent)
    assert not detects(b'{"dialogue": []}', original)


def test_the_published_files_have_the_published_figures(dataset_dir):
    folder = dataset_dir("dailydialog")
    test = list(read(folder / "test_original.json"))
    valid = list(read(folder / "valid_original.json"))
    assert (len(test), len(valid)) == (1000, 1000)
    turns = [turn for dialogue in test + valid for turn in dialogue.turns]
    assert round(len(turns) / 2000, 2) == 7.90
    assert {turn.labels["act"] for turn in turns} == set(ACTS)
    assert {turn.labels["emotion"] for turn in turns} == set(EMOTIONS)
    assert {dialogue.labels["topic"] for dialogue in test} == set(TOPICS)
