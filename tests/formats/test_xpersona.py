"""Tests of personae.formats.xpersona."""

from __future__ import annotations

import pytest

from personae.errors import FormatError
from personae.formats.xpersona import detects, read

ITEMS = [
    {"persona": ["j'ai un chat.", "je cours."],
     "dialogue": [["salut", "bonjour"], ["ça va ?", "oui"]]},
    {"persona": ["je lis."], "dialogue": [["__SILENCE__", "il y a quelqu'un ?"]]},
]  # fmt: skip


def test_pairs_become_turns_and_b_has_the_persona(make_file):
    first, second = read(make_file("Fr_persona_split_test.json", ITEMS))
    assert [(turn.speaker, turn.text) for turn in first.turns] == [
        ("A", "salut"), ("B", "bonjour"), ("A", "ça va ?"), ("B", "oui"),
    ]  # fmt: skip
    assert first.personas["B"].statements == ("j'ai un chat.", "je cours.")
    assert (first.language, first.personas["B"].language) == ("fr", "fr")
    assert [turn.text for turn in second.turns] == ["il y a quelqu'un ?"]
    assert (first.id, second.id) == ("Fr_persona_split_test-0", "Fr_persona_split_test-1")
    assert first.labels["test_speaker"] == "B"


def test_japanese_files_have_the_iso_code(make_file):
    (dialogue, _) = read(make_file("Jp_x.json", ITEMS))
    assert dialogue.language == "ja"


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        ([ITEMS[0], {"persona": "one", "dialogue": []}], "'persona' is a string"),
        ([ITEMS[0], {"persona": [], "dialogue": [["a"]]}], "pairs of strings"),
        ([ITEMS[0], {"persona": [], "dialogue": [["a", None]]}], "pairs of strings"),
        ([ITEMS[0], {"persona": []}], "'dialogue' is missing"),
        ([ITEMS[0], ["a", "b"]], "a list, not an object"),
    ],
)
def test_wrong_types_are_refused_after_the_good_items(make_file, items, reason):
    found = read(make_file("En_x.json", items))
    next(found)
    with pytest.raises(FormatError, match=reason):
        next(found)


def test_a_truncated_file_is_refused(make_file):
    file = make_file("En_x.json", '[{"persona": ["a"], "dialogue": [["a", "b')
    with pytest.raises(FormatError, match="not JSON"):
        list(read(file))


def test_items_with_persona_and_dialogue_are_recognised(tmp_path):
    assert detects(b'[{"persona": ["a"], "dialogue": [["a', tmp_path)
    assert not detects(b'[{"id": "a", "meta": {}, "dialogue": []}]', tmp_path)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("En_persona_test.json", ((1000, 7801), (500, 3907))),  # published, or the half shared
        ("Fr_persona_split_test_human_annotated.json", ((249, 1950),)),
        ("Id_persona_split_test_human_annotated.json", ((484, 3770),)),
        ("It_persona_split_test_human_annotated.json", ((140, 1096),)),
        ("Jp_persona_split_test_human_annotated.json", ((275, 2161),)),
        ("Ko_persona_split_test_human_annotated.json", ((300, 2339),)),
        ("Zh_persona_split_test_human_annotated.json", ((222, 1729),)),
    ],
)
def test_the_published_files_have_the_published_counts(dataset_dir, name, counts):
    dialogues = list(read(dataset_dir("xpersona") / name))
    pairs = sum(len(list(dialogue.turns_of("B"))) for dialogue in dialogues)
    assert (len(dialogues), pairs) in counts


def test_no_silence_is_left_in_the_validation_file(dataset_dir):
    dialogues = list(read(dataset_dir("xpersona") / "En_persona_valid.json"))
    assert len(dialogues) == 1000
    assert all(dialogue.turns[0].speaker == "B" for dialogue in dialogues)
    assert not any("__SILENCE__" in turn.text for dialogue in dialogues for turn in dialogue.turns)
