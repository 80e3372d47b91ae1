"""Tests of personae.formats.parlai."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Dialogue, Persona, Turn
from personae.errors import FormatError
from personae.formats.parlai import SILENCE, detects, read, write

EPISODES = """\
1 your persona: i keep bees.
2 partner's persona: i drive a tram.
3 hello there .\thi ! want some honey ?\t1.0\tgo away|hi ! want some honey ?
4 yes , please .\\nhow much ?\tthree jars .
5 bye
1 your persona: i am new here.
2 __SILENCE__\tanybody home ?
3 no .\tok .
"""


def said(dialogue: Dialogue) -> list[tuple[str, str]]:
    return [(turn.speaker, turn.text) for turn in dialogue.turns]


def test_episodes_become_dialogues_with_both_personas(make_file):
    first, second = read(make_file("convai.txt", EPISODES))
    assert (first.id, second.id) == ("convai-0", "convai-1")
    assert first.personas["B"].statements == ("i keep bees.",)
    assert first.personas["A"].statements == ("i drive a tram.",)
    assert said(first) == [
        ("A", "hello there ."),
        ("B", "hi ! want some honey ?"),
        ("A", "yes , please .\nhow much ?"),
        ("B", "three jars ."),
        ("A", "bye"),
    ]
    assert first.turns[1].labels == {
        "reward": 1.0,
        "candidates": ["go away", "hi ! want some honey ?"],
    }
    assert first.labels["test_speaker"] == "B"


def test_a_silent_opening_is_dropped(make_file):
    _, second = read(make_file("convai.txt", EPISODES))
    assert said(second) == [("B", "anybody home ?"), ("A", "no ."), ("B", "ok .")]


def test_persona_lines_inside_the_first_utterance_are_taken_out(make_file):
    text = "1 your persona: i ski.\\nyour persona: i sing.\\nhello\thi\n"
    (dialogue,) = read(make_file("merged.txt", text))
    assert dialogue.personas["B"].statements == ("i ski.", "i sing.")
    assert said(dialogue) == [("A", "hello"), ("B", "hi")]


words = st.text("abc ?'é漢\n|", min_size=1, max_size=15).map(str.strip).filter(bool)
statement = words.map(lambda text: text.replace("\n", " "))


@st.composite
def two_sided(draw) -> Dialogue:
    turns = draw(st.lists(st.tuples(st.sampled_from("AB"), words), min_size=1, max_size=8))
    personas = draw(st.dictionaries(st.sampled_from("AB"), st.lists(statement, min_size=1)))
    return Dialogue(
        id="round-0",
        turns=tuple(Turn(speaker=speaker, text=text) for speaker, text in turns),
        personas={side: Persona(name=side, statements=tuple(s)) for side, s in personas.items()},
        labels={"test_speaker": "B"},
    )


@settings(max_examples=50, deadline=None)
@given(two_sided())
def test_two_sided_dialogues_come_back_as_they_were_written(tmp_path_factory, dialogue):
    file = tmp_path_factory.getbasetemp() / "round.txt"
    write([dialogue], file)
    (back,) = read(file)
    assert back == dialogue


def test_rewards_and_candidates_are_written_again(make_file, tmp_path):
    dialogues = list(read(make_file("convai.txt", EPISODES)))
    target = tmp_path / "again" / "convai.txt"
    target.parent.mkdir()
    write(dialogues, target)
    assert list(read(target)) == dialogues


def test_a_candidate_with_the_separator_is_refused(tmp_path):
    turn = Turn(speaker="B", text="x", labels={"candidates": ["a|b"]})
    with pytest.raises(FormatError, match=r"'\|'"):
        write([Dialogue(id="d", turns=(turn,))], tmp_path / "x.txt")


def test_three_speakers_cannot_be_written(tmp_path):
    turns = tuple(Turn(speaker=name, text="hi") for name in "ABC")
    with pytest.raises(FormatError, match="3 speakers"):
        write([Dialogue(id="d", turns=turns)], tmp_path / "x.txt")


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ("1 a\tb\nhello\tthere\n", 2, "line number"),
        ("1 a\tb\tmuch\n", 1, "reward 'much'"),
        (b"1 a\tb\n2 caf\xe9\tx\n", 2, "UTF-8"),
    ],
)
def test_bad_lines_are_named(make_file, content, line, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        list(read(make_file("bad.txt", content)))
    assert caught.value.line == line


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=100))
def test_any_bytes_parse_or_raise_a_format_error(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "bytes.txt"
    file.write_bytes(b"1 a\tb\n" + content)
    with suppress(FormatError):
        assert all(turn.text != SILENCE for dialogue in read(file) for turn in dialogue.turns)


def test_numbered_lines_are_recognised(tmp_path):
    assert detects(EPISODES.encode(), tmp_path)
    assert detects(b"1 hello\tthere", tmp_path)
    assert not detects(b"1 hello there", tmp_path)
    assert not detects(b"Ann: 1 hello\tthere", tmp_path)
