"""Tests of personae.formats.taskmaster."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.formats.taskmaster import (
    ApiCall,
    annotations_of,
    check_annotated,
    detects,
    final_calls,
    read,
    validate,
    write,
)


def segment(start: int, text: str, *names: str) -> dict:
    return {
        "start_index": start,
        "end_index": start + len(text),
        "text": text,
        "annotations": [{"name": name} for name in names],
    }


def conversation(*utterances: tuple[str, list[dict]]) -> dict:
    return {
        "conversation_id": "dlg-1",
        "instruction_id": "pizza-1",
        "utterances": [
            {"index": n, "speaker": ("USER", "ASSISTANT")[n % 2], "text": text, "segments": spans}
            for n, (text, spans) in enumerate(utterances)
        ],
    }


PIZZA = conversation(
    ("A large ham pizza", [segment(2, "large", "pizza_ordering.size.pizza.accept"),
                           segment(8, "ham", "pizza_ordering.type.topping")]),
    ("No ham left.", [segment(3, "ham", "pizza_ordering.type.topping.reject")]),
    ("Then done", [segment(5, "done", "pizza_ordering.accept")]),
)  # fmt: skip


def test_a_conversation_keeps_its_segments_as_labels(make_file):
    (dialogue,) = read(make_file("tm.json", [PIZZA]))
    assert dialogue.id == "dlg-1"
    assert dialogue.labels == {"test_speaker": "ASSISTANT", "instruction_id": "pizza-1"}
    assert [turn.speaker for turn in dialogue.turns] == ["USER", "ASSISTANT", "USER"]
    assert dialogue.turns[1].labels == {"index": 1, "segments": PIZZA["utterances"][1]["segments"]}


extra = st.dictionaries(st.sampled_from(["x", "note", "meta"]), st.text(max_size=3) | st.integers())
names = st.text("ab.", max_size=9)
segments = st.lists(
    st.fixed_dictionaries(
        {
            "start_index": st.integers(0, 20),
            "end_index": st.integers(0, 20),
            "text": st.text("ab ", max_size=6),
            "annotations": st.lists(st.fixed_dictionaries({"name": names}), max_size=2),
        }
    ),
    max_size=2,
)
utterances = st.lists(
    st.builds(
        lambda fields, more: {**more, **fields},
        st.fixed_dictionaries(
            {"speaker": st.sampled_from(["USER", "ASSISTANT"]), "text": st.text("ab é", max_size=9),
             "index": st.integers(0, 99)},
            optional={"segments": segments},
        ),
        extra,
    ),
    max_size=3,
)  # fmt: skip
conversations = st.builds(
    lambda fields, more: {**more, **fields},
    st.fixed_dictionaries(
        {"conversation_id": st.text(max_size=5), "utterances": utterances},
        optional={"instruction_id": st.text(max_size=5)},
    ),
    extra,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(conversations, max_size=3) | conversations)
def test_reading_and_writing_gives_the_same_json(tmp_path_factory, value):
    folder = tmp_path_factory.getbasetemp()
    (folder / "in.json").write_text(json.dumps(value), encoding="utf-8")
    dialogues = list(read(folder / "in.json"))
    write(dialogues, folder / "out.json")
    assert json.loads((folder / "out.json").read_bytes()) == value
    for dialogue in dialogues:
        assert isinstance(validate(dialogue), list)
        assert all(isinstance(call, ApiCall) for call in final_calls(dialogue).values())


def test_camel_case_keys_are_read(make_file):
    value = {"conversationId": "dlg-9", "instructionId": "x", "utterances": []}
    (dialogue,) = read(make_file("tm.json", [value]))
    assert (dialogue.id, dialogue.labels["instruction_id"]) == ("dlg-9", "x")


def test_annotation_names_are_taken_apart(make_file):
    (dialogue,) = read(make_file("tm.json", [PIZZA]))
    found = [
        (each.argument, each.state, each.value)
        for turn in dialogue.turns
        for each in annotations_of(turn)
    ]
    assert found == [
        ("size.pizza", "accept", "large"),
        ("type.topping", "mentioned", "ham"),
        ("type.topping", "reject", "ham"),
        ("", "accept", "done"),
    ]


def test_annotations_fold_to_the_final_call(make_file):
    (dialogue,) = read(make_file("tm.json", [PIZZA]))
    assert final_calls(dialogue) == {
        "pizza_ordering": ApiCall("pizza_ordering", {"size.pizza": ("large",)}, {}, "accept")
    }


def test_values_neither_accepted_nor_rejected_stay_open(make_file):
    value = conversation(("for 8", [segment(4, "8", "restaurant_reservation.num.guests")]))
    (dialogue,) = read(make_file("tm.json", [value]))
    call = final_calls(dialogue)["restaurant_reservation"]
    assert (call.arguments, call.open_arguments) == ({}, {"num.guests": ("8",)})


def test_sound_annotations_give_only_the_missing_arguments(make_file):
    (dialogue,) = read(make_file("tm.json", [PIZZA]))
    assert validate(dialogue) == ["dlg-1: pizza_ordering never names name.store, name.pizza"]


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"end_index": 6}, "offsets 2–6 give 'larg'"),
        ({"start_index": 3}, "offsets 3–7 give 'arge'"),
        ({"end_index": 99}, "outside the text of 17 characters"),
        ({"start_index": -1}, "outside the text"),
        ({"text": "larg", "end_index": 6}, "'larg' ends inside a word"),
        ({"text": "arge", "start_index": 3}, "'arge' begins inside a word"),
        ({"end_index": None}, "has no offsets"),
        ({"annotations": [{"name": "boats.size.pizza"}]}, "'boats' is not in the ontology"),
        ({"annotations": [{"name": "pizza_ordering.colour"}]}, "no argument 'colour'"),
    ],
)
def test_faults_of_a_segment_are_warned_of(make_file, change, warning):
    value = json.loads(json.dumps(PIZZA))
    value["utterances"][0]["segments"][0] |= change
    if change.get("end_index", 0) is None:
        del value["utterances"][0]["segments"][0]["end_index"]
    (dialogue,) = read(make_file("tm.json", [value]))
    assert any(warning in line for line in validate(dialogue))


def test_indices_that_jump_are_warned_of(make_file):
    value = json.loads(json.dumps(PIZZA))
    value["utterances"][2]["index"] = 7
    (dialogue,) = read(make_file("tm.json", [value]))
    assert any("count up by one" in line for line in validate(dialogue))


def test_a_dialogue_without_a_required_argument_is_refused(make_file):
    (dialogue,) = read(make_file("tm.json", [PIZZA]))
    check_annotated(dialogue)
    with pytest.raises(FormatError, match="no required argument"):
        check_annotated(dialogue.model_copy(update={"turns": dialogue.turns[1:]}))


def test_other_dialogues_are_written_with_user_and_assistant(tmp_path):
    turns = (Turn(speaker="A", text="hi"), Turn(speaker="B", text="ho"))
    write([Dialogue(id="d", turns=turns)], tmp_path / "out.json")
    (row,) = json.loads((tmp_path / "out.json").read_bytes())
    assert [said["speaker"] for said in row["utterances"]] == ["USER", "ASSISTANT"]


@pytest.mark.parametrize(
    ("utterance", "reason"),
    [
        ({"speaker": "USER"}, "'text' is missing"),
        ({"speaker": 1, "text": "x"}, "'speaker' is a number"),
        ({"speaker": "USER", "text": "x", "index": "0"}, "index '0'"),
        ({"speaker": "USER", "text": "x", "segments": {}}, "'segments' is an object"),
        ({"speaker": "USER", "text": "x", "segments": [{"text": "x"}]}, "'annotations' is missing"),
        ({"speaker": "USER", "text": "x", "segments": [segment(0, "x", 7)]}, "'name' is a number"),
        ({"speaker": "USER", "text": "x",
          "segments": [{**segment(0, "x"), "end_index": "1"}]}, "end_index is not"),
    ],
)  # fmt: skip
def test_wrong_types_are_refused(make_file, utterance, reason):
    value = [{"conversation_id": "d", "utterances": [utterance]}]
    with pytest.raises(FormatError, match=reason):
        list(read(make_file("tm.json", value)))


def test_conversations_are_recognised(tmp_path):
    assert detects(json.dumps([PIZZA]).encode(), tmp_path)
    assert detects(json.dumps(PIZZA, indent=2).encode()[:200], tmp_path)
    assert not detects(b'[{"conversations": []}]', tmp_path)


def test_the_published_sample_round_trips_and_is_warned_of(dataset_dir, tmp_path):
    source = dataset_dir("taskmaster") / "sample.json"
    dialogues = list(read(source))
    assert [(len(d.turns), d.labels["instruction_id"]) for d in dialogues] == [
        (20, "restaurant-table-2")
    ]
    write(dialogues, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_bytes()) == json.loads(source.read_bytes())
    assert any("'Thursday Kitche' ends inside a word" in line for line in validate(dialogues[0]))
    call = final_calls(dialogues[0])["restaurant_reservation"]
    assert call.arguments["name.restaurant"] == ("Boka",)
    assert call.arguments["time.reservation"] == ("7",)
