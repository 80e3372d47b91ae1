"""The FoCus format."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.formats.focus import as_dialogue, as_focus, read, read_focus, turns_of, write_focus
from personae.formats.reading import detect, read_dialogues, write_dialogues

ROUND = {
    "persona_candidate": ["I ski.", "I bake."], "persona_grounding": [True, False],
    "knowledge_candidates": ["It is low.", "It is high."], "knowledge_answer_index": 1,
}  # fmt: skip
ROW = {
    "dialogID": "d1", "landmark_link": "x", "persona": ["I ski.", "I bake."],
    "knowledge": ["It is high.", "It has snow."],
    "utterance": [
        {"dialogue1": ["High?", "Yes, high."], "NER_tagging": {}, **ROUND},
        {"dialogue2": ["High?", "Yes, high.", "And snow?", "For skiing."], **ROUND},
    ],
}  # fmt: skip


def test_answers_carry_what_grounds_them(make_file):
    file = make_file("a.json", {"data": [ROW]})
    assert detect(file).name == "focus"
    (dialogue,) = read(file)
    assert [turn.speaker for turn in dialogue.turns] == ["human", "machine"] * 2
    assert dialogue.turns[3].text == "For skiing."
    assert dialogue.turns[3].labels["knowledge_answer_index"] == 1
    assert dialogue.personas["human"].statements == ("I ski.", "I bake.")
    assert dialogue.personas["machine"].knowledge[1].text == "It has snow."


def test_a_turn_is_a_question_with_what_was_said_before(make_file):
    (dialogue,) = read_focus(make_file("a.json", {"data": [ROW]}))
    first, second = turns_of(dialogue)
    assert (first.question, first.before) == ("High?", "")
    assert (second.question, second.before) == ("And snow?", "High? Yes, high.")
    assert (second.gold, second.answer) == (1, "For skiing.")


def test_a_dialogue_comes_back_from_the_noun_and_from_the_file(make_file, tmp_path):
    file = make_file("a.json", {"data": [ROW]})
    (given_,) = read_focus(file)
    assert as_focus(as_dialogue(given_)) == given_
    write_focus([given_, given_], tmp_path / "b.json")
    assert list(read_focus(tmp_path / "b.json")) == [given_, given_]
    assert "dialogue2" in json.loads((tmp_path / "b.json").read_text())["data"][0]["utterance"][1]


def test_dialogues_that_are_not_grounded_cannot_be_written(make_file, tmp_path):
    plain = make_file("a.txt", "A: Hello.\nB: Hi.\n")
    with pytest.raises(FormatError, match="cannot be written as FoCus"):
        write_dialogues(read_dialogues(plain, "chat-log"), tmp_path / "b.json", "focus")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda row: row["utterance"][0].update(knowledge_answer_index=2), "of no candidate"),
        (lambda row: row["utterance"][0].update(persona_grounding=[True]), "not as many"),
        (lambda row: row["utterance"][0].pop("dialogue1"), "dialogue: Field required"),
        (lambda row: row.update(utterance=[]), "utterance"),
        (lambda row: row.update(persona="I ski."), "persona"),
        (lambda row: row["utterance"][1].update(knowledge_candidates=[]), "knowledge_candidates"),
    ],
)
def test_what_breaks_the_schema_is_told_with_its_dialogue(make_file, change, told):
    row = copy.deepcopy(ROW)
    change(row)
    with pytest.raises(FormatError, match=f"Dialogue 2 .*{told}"):
        list(read_focus(make_file("a.json", {"data": [ROW, row]})))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from([*ROW, *ROUND, "dialogue1", "dialogue2"]), inner, max_size=6),
    max_leaves=20,
)  # fmt: skip


@given(json_values)
def test_any_json_is_dialogues_or_a_fault(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("focus") / "a.json"
    file.write_text(json.dumps({"data": [value]}))
    try:
        found = list(read_focus(file))
    except FormatError:
        return
    assert [as_focus(as_dialogue(one)).to_dict()["persona"] for one in found]
