"""Who says this line: items from any dialogues of several."""

from __future__ import annotations

import random

import pytest

from personae.benchmarks.personaeval import personaeval
from personae.data import Dialogue, Persona, Turn
from personae.errors import FormatError, InvalidOption
from personae.formats.reading import write_dialogues


def test_shipped_lines_offer_the_speaker_once_in_shuffled_places():
    made = personaeval()
    assert len(made.questions) > 60
    assert all(one.options.count(one.reference) == 1 for one in made.questions)
    assert {one.options.index(one.reference) for one in made.questions} == {0, 1, 2, 3}
    assert made == personaeval() or made.questions == personaeval().questions


def test_neither_the_line_nor_what_is_asked_names_the_speaker():
    for one in personaeval().questions:
        asked = one.scene.last_user_text
        assert "???" in asked
        assert f"{one.reference}:" not in asked


def test_words_find_more_than_chance_does():
    made = personaeval()
    rng = random.Random(0)
    right = [made.baselines["words"](one, rng) == one.reference for one in made.questions]
    assert sum(right) / len(right) > 0.35


def test_dialogues_of_others_make_items_with_what_was_said_before(tmp_path):
    names = ("Ann", "Bob", "Cid")
    talk = Dialogue(
        id="d",
        turns=tuple(
            Turn(speaker=names[at % 3], text=f"This is what I say as number {at}.")
            for at in range(6)
        ),
        personas={name: Persona(name=name, description=f"{name} is kind.") for name in names},
    )
    file = tmp_path / "talk.jsonl"
    write_dialogues([talk], file)
    made = personaeval(data=str(file), options=3)
    assert len(made.questions) == 5
    assert made.questions[0].scene.last_user_text.startswith("Ann: This is what")
    with pytest.raises(FormatError, match="3 characters have a profile"):
        personaeval(data=str(file))


def test_one_option_is_no_question():
    with pytest.raises(InvalidOption, match="at least two names"):
        personaeval(options=1)
