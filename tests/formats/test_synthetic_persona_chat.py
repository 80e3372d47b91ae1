"""Tests of personae.formats.synthetic_persona_chat."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.formats.synthetic_persona_chat import COLUMNS, detects, read


def table(*conversations: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for conversation in conversations:
        writer.writerow(["I ski.\nI sing.", "I bake.", conversation])
    return out.getvalue()


def turns(make_file, conversation: str) -> list[tuple[str, str]]:
    (dialogue,) = read(make_file("spc.csv", table(conversation)))
    return [(turn.speaker, turn.text) for turn in dialogue.turns]


def test_a_row_becomes_a_dialogue_with_two_personas(make_file):
    file = make_file("spc.csv", table("User 1: Hi, you!\nUser 2: Hello.", "User 1: Bye."))
    first, second = read(file)
    assert [(turn.speaker, turn.text) for turn in first.turns] == [
        ("User 1", "Hi, you!"),
        ("User 2", "Hello."),
    ]
    assert first.personas["User 1"].statements == ("I ski.", "I sing.")
    assert first.personas["User 2"].statements == ("I bake.",)
    assert first.labels["test_speaker"] == "User 2"
    assert (first.id, second.id) == ("spc-0", "spc-1")


@pytest.mark.parametrize(
    "conversation",
    [
        "* * User 1: * * Hi.\n* * User 2: * * Yes.",
        "*User 1:* Hi.\n\n*User 2:* Yes.",
        "* User 1: Hi. *\n* User 2: Yes. *",
        "* * *\nUser 1: Hi.\nUser2: Yes.",
    ],
)
def test_stars_around_speakers_are_dropped(make_file, conversation):
    assert turns(make_file, conversation) == [("User 1", "Hi."), ("User 2", "Yes.")]


def test_stage_directions_are_narration(make_file):
    file = make_file("spc.csv", table("User 1: Hi.\n[The next day]\nUser 2: Yes."))
    (dialogue,) = read(file)
    assert [(turn.kind, turn.text) for turn in dialogue.turns] == [
        ("utterance", "Hi."),
        ("narration", "The next day"),
        ("utterance", "Yes."),
    ]


def test_unlabelled_lines_go_on_with_the_turn(make_file):
    said = turns(make_file, "User 2: Here it is:\n\nIngredients:\n1 egg\n\nUser 1: Thanks.")
    assert said == [("User 2", "Here it is:\nIngredients:\n1 egg"), ("User 1", "Thanks.")]


def test_text_before_the_first_label_is_the_other_side(make_file):
    assert turns(make_file, "Hi there!\nUser 2: Hi.")[0] == ("User 1", "Hi there!")


def test_text_after_a_stage_direction_is_of_who_spoke_last(make_file):
    said = turns(make_file, "User 1: Hi.\nUser 2: Wait.\n[Later]\nHere I am.")
    assert said[2:] == [("Narrator", "Later"), ("User 2", "Here I am.")]


def test_paragraphs_alternate_where_nobody_is_named(make_file):
    said = turns(make_file, "Hi!\n\nHello.\n\nBye.")
    assert said == [("User 1", "Hi!"), ("User 2", "Hello."), ("User 1", "Bye.")]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("a,b,c\n1,2,3\n", 1, "The header"),
        ("", 1, "The header"),
        (table("User 1: x") + "a,b\n", 4, "2 columns"),
        (table("User 1: x", " "), 5, "empty"),
        (table("User 1: x") + '"a,b', 4, "not CSV"),
        (table("User 1: " + "x" * 200_000), 3, "field larger"),
        (table("User 1: x").encode() + b"caf\xe9,a,b\n", 4, "UTF-8"),
    ],
)
def test_bad_files_are_refused_with_their_line(make_file, content, line, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(make_file("bad.csv", content)))
    assert caught.value.line == line


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=60))
def test_any_conversation_parses_or_is_refused(tmp_path_factory, conversation):
    file = tmp_path_factory.getbasetemp() / "any.csv"
    file.write_bytes(table(conversation).encode())
    try:
        (dialogue,) = read(file)
    except FormatError:
        return
    assert all(turn.text for turn in dialogue.turns)


def test_the_header_is_recognised(tmp_path):
    assert detects(table().encode(), tmp_path)
    assert not detects(b"user,text\n", tmp_path)


def test_the_published_test_file_has_two_voices_everywhere(dataset_dir):
    folder = dataset_dir("synthetic-persona-chat")
    dialogues = list(read(folder / "Synthetic-Persona-Chat_test.csv"))
    assert len(dialogues) in (968, 484)  # published, or the half that is shared
    for dialogue in dialogues:
        voices = {turn.speaker for turn in dialogue.turns if turn.kind == "utterance"}
        assert voices == {"User 1", "User 2"}
        assert all(persona.statements for persona in dialogue.personas.values())
        assert len(dialogue.personas) == 2


def test_the_published_validation_file_loads_whole(dataset_dir):
    folder = dataset_dir("synthetic-persona-chat")
    assert len(list(read(folder / "Synthetic-Persona-Chat_valid.csv"))) == 1000
