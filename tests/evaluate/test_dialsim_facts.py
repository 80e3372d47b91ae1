"""Tests of personae.evaluate.dialsim_facts: questions about a transcript that has none."""

from __future__ import annotations

import numpy
import pytest

from personae.data import Dialogue, Turn
from personae.evaluate.dialsim_facts import NEVER, SINGLE, with_ids, with_questions
from personae.evaluate.dialsim_plan import plan
from personae.formats.long_chats import questions_of

LINES = (
    ("Ann", "Hello there, my friend!"), ("Bo", "I have a greyhound in the garden."),
    ("Ann", "I have a caravan in the garden."), ("Bo", "I play the trombone on Sundays."),
    ("Ann", "I work as a beekeeper."), ("Bo", "I have a greyhound in the garden."),
    ("Ann", "I go swimming in the quarry."),
)  # fmt: skip


class Told:
    """Says of each sentence in the first person that it tells something."""

    def disclosure(self, sentences):
        return numpy.array([float(one.startswith("I ")) for one in sentences])


@pytest.fixture(scope="module")
def script():
    turns = tuple(
        Turn(speaker=who, text=text, labels={"session": 1 + at // 4})
        for at, (who, text) in enumerate(LINES)
    )
    return with_questions(with_ids(Dialogue(id="t", turns=turns)), Told())


def test_a_turn_without_an_id_gets_one_and_others_keep_theirs():
    turns = (Turn(speaker="A", text="x"), Turn(speaker="A", text="y", id="own"))
    assert [turn.id for turn in with_ids(Dialogue(id="t", turns=turns)).turns] == ["turn 0", "own"]


def test_the_rarest_word_of_what_was_told_is_left_out(script):
    told = {one.answer: one for one in questions_of(script) if one.category == SINGLE}
    assert set(told) == {"trombone", "beekeeper", "quarry"}
    assert told["beekeeper"].text.endswith("what Ann said? “I work as a ____.”")
    assert told["beekeeper"].evidence == ("turn 4",)
    assert set(told["beekeeper"].options) == {"trombone", "quarry"}


def test_what_could_be_filled_in_two_ways_is_not_asked(script):
    # Greyhound and caravan stand in the same garden.
    assert not any("garden" in one.text for one in questions_of(script))


def test_what_one_told_is_asked_about_the_other_who_never_did(script):
    never = [one for one in questions_of(script) if one.category == NEVER]
    assert [one.options[0] for one in never] == ["trombone", "beekeeper", "quarry"]
    assert "what Ann said? “I play the ____ on Sundays.”" in never[0].text


def test_a_transcript_in_which_nobody_tells_anything_has_no_question():
    quiet = Dialogue(id="q", turns=(Turn(speaker="A", text="Well, hello."),))
    assert questions_of(with_questions(with_ids(quiet), Told())) == ()


def test_real_sessions_can_be_scripts(dataset_dir):
    from personae.encoders.disclosure import open_disclosure
    from personae.formats.reading import read_dialogues

    file = dataset_dir("msc") / "session-4-test.json"
    talk = next(read_dialogues(file, "msc", joined=True))
    made = with_questions(with_ids(talk), open_disclosure())
    turns = {turn.id: turn.text for turn in made.turns}
    told = [one for one in questions_of(made) if one.category == SINGLE]
    assert len(told) > 5
    assert all(one.answer in turns[one.evidence[0]] for one in told)
    assert plan(made)
