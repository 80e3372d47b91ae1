"""CoSER books: scenes of many, thoughts kept apart."""

from __future__ import annotations

import json

import pytest

from personae.errors import FormatError
from personae.formats.reading import detect, read_dialogues

BOOK = {
    "plots": [{
        "conversation": [{
            "scenario": "A hall.",
            "topic": "Love",
            "key_characters": [{"name": "Lear", "motivation": "To be flattered."}],
            "dialogues": [
                {"character": "Environment", "message": "The court has gathered."},
                {"character": "Lear", "message": "[Which one loves me?] (rises) Speak, daughters."},
                {"character": "Regan", "message": "I am made of that self metal."},
            ],
        }],
    }],
    "character_datasets": {"Lear": {"profile": "A king."}},
}  # fmt: skip


@pytest.fixture
def book(tmp_path):
    file = tmp_path / "Lear.json"
    file.write_text(json.dumps(BOOK))
    return file


def test_a_scene_has_narration_speakers_and_thoughts_that_are_not_said(book):
    assert detect(book).name == "coser"
    (scene,) = read_dialogues(book)
    assert [turn.kind for turn in scene.turns] == ["narration", "utterance", "utterance"]
    assert scene.turns[1].text == "(rises) Speak, daughters."
    assert scene.turns[1].labels == {"thought": "Which one loves me?"}
    assert scene.personas["Lear"].description == "A king."
    assert scene.personas["Regan"].description == ""
    assert scene.scenario == "A hall."


def test_a_line_without_a_speaker_is_one_sentence(book):
    broken = json.loads(json.dumps(BOOK))
    del broken["plots"][0]["conversation"][0]["dialogues"][1]["character"]
    book.write_text(json.dumps(broken))
    with pytest.raises(FormatError, match="character"):
        list(read_dialogues(book))


def test_the_shared_plays_can_be_read(dataset_dir):
    scenes = list(read_dialogues(dataset_dir("coser-public") / "King Lear.json"))
    assert len(scenes) > 10
    assert any(scene.personas["King Lear"].description for scene in scenes
               if "King Lear" in scene.personas)  # fmt: skip
