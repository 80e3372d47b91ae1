"""rated: replies with people's grades, as USR's and GRADE's files have them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError, PersonaeError
from personae.formats.rated import (
    TRAINED_ON,
    rated_replies,
    read_grade,
    read_topical,
    read_usr,
)

USR = [
    {
        "context": "hi !\nhello . do you have pets ?\n",
        "fact": "your persona: i've two dogs.\nyour persona: i am a nurse\n",
        "responses": [
            {"response": "yes , two dogs\n", "model": "Original Ground Truth", "Overall": [5, 4]},
            {"response": "no .\n", "model": "Seq2Seq", "Overall": [1, 2]},
        ],
    }
]
TOPICAL = [
    {"source": "hi \n do you read ? \n\n", "system_id": "Original Ground Truth",
     "system_output": "i do n't . ", "context": "books are old . they burn .\n",
     "scores": {"overall": 4.5}},
    {"source": "hi \n do you read ? \n\n", "system_id": "Argmax", "system_output": "yes",
     "context": "books are old . they burn .\n", "scores": {"overall": 2}},
]  # fmt: skip
GRADE = [
    {"ID": 7, "Dataset": "convai2", "DialogModel": "bert", "Context": "a b|||c ?",
     "Response": "d", "HumanScores": "[1, 3]"},
]  # fmt: skip


@pytest.fixture
def written(tmp_path):
    def write(value) -> object:
        file = tmp_path / "rated.json"
        file.write_text(value if isinstance(value, str) else json.dumps(value), "utf-8")
        return file

    return write


def test_a_usr_context_is_one_scene_with_a_reply_a_system(written):
    gold, other = read_usr(written(USR))
    assert [gold.system, other.system] == ["Original Ground Truth", "Seq2Seq"]
    assert other.sample.scene == gold.sample.scene
    assert other.sample.scene.last_user_text == "Hello. Do you have pets?"
    assert other.sample.scene.persona.statements == ("I've two dogs.", "I am a nurse.")
    assert (other.sample.reply, other.sample.reference) == ("No.", "Yes, two dogs")
    assert gold.sample.reference == ""  # what was said is not compared with itself
    assert (gold.rating, gold.ratings, other.rating) == (4.5, (5.0, 4.0), 1.5)
    assert read_usr(written(USR), frozenset({0})) == []


def test_topical_chat_groups_its_systems_by_context(written):
    gold, other = read_topical(written(TOPICAL))
    assert gold.context == other.context
    assert gold.sample.scene.persona.statements == ("Books are old.", "They burn.")
    assert (other.sample.reference, other.ratings) == ("I don't.", (2.0,))


def test_grades_sets_are_read_apart(written):
    [one] = read_grade(written(GRADE), "convai2")
    assert (one.sample.reply, one.rating, one.sample.scene.last_user_text) == ("D", 2.0, "C?")
    with pytest.raises(FormatError, match="no replies of 'dailydialog_EVAL'"):
        read_grade(written(GRADE), "dailydialog_EVAL")


@pytest.mark.parametrize(
    ("read", "value", "said"),
    [
        (read_usr, "[", "not JSON"),
        (read_usr, "{}", "not a list of objects"),
        (read_usr, [{"context": 1}], "no text 'fact'"),
        (read_usr, [{**USR[0], "responses": 3}], "no list of responses"),
        (read_usr, [{**USR[0], "responses": [{"response": "a", "model": "b"}]}], "grades"),
        (read_topical, [{**TOPICAL[0], "scores": {"overall": "high"}}], "grades"),
        (lambda f: read_grade(f, "convai2"), [{**GRADE[0], "HumanScores": "import os"}], "Human"),
        (lambda f: read_grade(f, "convai2"), [{**GRADE[0], "HumanScores": "[]"}], "grades"),
    ],
)
def test_what_is_no_such_file_is_said_in_a_sentence(written, read, value, said):
    with pytest.raises(FormatError, match=said):
        read(written(value))


@given(content=st.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("rated") / "any.json"
    file.write_text(content, "utf-8")
    for read in (read_usr, read_topical, lambda f: read_grade(f, "convai2")):
        with pytest.raises(PersonaeError):
            read(file)


def test_the_real_files_have_their_grades(dataset_dir, monkeypatch):
    monkeypatch.setenv("PERSONAE_DATA", str(dataset_dir("usr-topicalchat").parent))
    found = rated_replies("usr-topicalchat")
    assert len(found) == 360
    assert len({one.context for one in found}) == 60
    by_system = {}
    for one in found:
        by_system.setdefault(one.system, []).append(one.rating)
    means = {name: sum(grades) / len(grades) for name, grades in by_system.items()}
    assert means["New Human Generated"] == pytest.approx(4.78, abs=0.005)  # as the paper's figures
    assert means["Original Ground Truth"] == pytest.approx(4.25, abs=0.005)


def test_the_contexts_that_the_ranker_was_trained_on_are_left_out(dataset_dir):
    from personae.recipes.persona_dialogues import training_dialogues

    root = dataset_dir("usr-personachat").parent
    said = {text.lower() for one in training_dialogues(root) for _, text in one.turns}
    every = read_usr(root / "usr-personachat" / "pc_usr_data.json")
    scenes = {one.context: one.sample.scene for one in every}
    known = {
        int(context.removeprefix("personachat-"))
        for context, scene in scenes.items()
        if sum(turn.text.lower() in said for turn in scene.turns) > len(scene.turns) / 2
    }
    assert known == TRAINED_ON
