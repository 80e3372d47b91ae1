"""Tests of personae.evaluate.dialsim_plan: who is asked what, when, and under which names."""

from __future__ import annotations

import pytest

from personae.data import Dialogue, Turn
from personae.errors import FormatError, InvalidOption
from personae.evaluate.dialsim_plan import LETTERS, UNKNOWN, main_speaker, plan, renamed, scenes_of
from personae.evaluate.made_script import made_script
from personae.formats.long_chats import questions_of


@pytest.fixture(scope="module")
def script():
    return made_script(60, 3)


def test_at_most_one_question_a_scene_at_an_own_turn_but_not_the_first(script):
    agent = main_speaker(script)
    scenes = {place: scene for scene, turns in scenes_of(script) for place, _ in turns}
    asked = plan(script, seed=1)
    assert len({scenes[one.turn] for one in asked}) == len(asked) > 20
    for one in asked:
        own = [place for place, turn in enumerate(script.turns)
               if turn.speaker == agent and scenes[place] == scenes[one.turn]]  # fmt: skip
        assert one.turn in own[1:]
        near = script.turns[max(0, one.turn - 3) : one.turn + 4]
        assert one.asker in {turn.speaker for turn in near} - {agent}


def test_five_options_one_gold_and_what_is_gold_was_said_before(script):
    places = {turn.id: place for place, turn in enumerate(script.turns)}
    by_text = {one.text: one for one in questions_of(script)}
    for one in plan(script, seed=1):
        assert len(set(one.options)) == 5
        assert one.options[4] == UNKNOWN
        question = by_text[one.text]
        if one.gold == "E":
            assert one.evidence == ()
            assert question.answer not in one.options
            assert all(places[key] > one.turn for key in question.evidence)
        else:
            assert one.options[LETTERS.index(one.gold)] == question.answer
            assert all(places[key] < one.turn for key in one.evidence)


def test_no_question_is_asked_twice_and_the_seed_decides(script):
    asked = plan(script, seed=1)
    assert len({one.text for one in asked}) == len(asked)
    assert plan(script, seed=1) == asked != plan(script, seed=2)
    assert plan(script, seed=1, most=4) == asked[:4]


def test_the_share_of_unanswerable_questions_can_be_chosen(script):
    assert all(one.gold == "E" for one in plan(script, unanswerable=1))
    late = [one for one in plan(script, unanswerable=0) if one.gold == "E"]
    assert len(late) < 5  # only before anything was told


def test_names_are_exchanged_at_once_wherever_they_stand():
    turns = tuple(
        Turn(speaker=name, text=text, id=name)
        for name, text in (("Ann", "Bo's dog met ANN."), ("Bo", "Annabel, not Ann."))
    )
    question = {"question": "Whose dog? Bo", "answer": "Bo", "evidence": ["Ann"], "category": 4,
                "options": ["Ann", "Cy"]}  # fmt: skip
    talk = Dialogue(id="t", turns=turns, labels={"questions": [question]})
    other = renamed(talk, "shuffle")
    assert [turn.speaker for turn in other.turns] == ["Bo", "Ann"]
    assert [turn.text for turn in other.turns] == ["Ann's dog met Bo.", "Annabel, not Bo."]
    (asked,) = questions_of(other)
    assert (asked.text, asked.answer, asked.options) == ("Whose dog? Ann", "Ann", ("Bo", "Cy"))
    assert asked.evidence == ("Ann",)  # ids are not words
    assert renamed(talk, "as-is") == talk


def test_new_names_are_none_of_the_scripts(script):
    other = renamed(script, "new", 5)
    assert not set(other.speakers) & set(script.speakers)
    assert not any(name in turn.text for turn in other.turns for name in script.speakers)
    assert [one.turn for one in plan(other, seed=1)] == [one.turn for one in plan(script, seed=1)]


def test_wrong_requests_are_refused(script):
    with pytest.raises(InvalidOption, match="'Nobody' is not in the script: "):
        plan(script, "Nobody")
    with pytest.raises(InvalidOption, match="as-is, shuffle, new"):
        renamed(script, "swap")
    with pytest.raises(FormatError, match="no questions"):
        plan(script.model_copy(update={"labels": {}}))
    with pytest.raises(FormatError, match="Nobody speaks"):
        main_speaker(Dialogue(id="x"))
    people = tuple(Turn(speaker=f"P{at}", text="Hi") for at in range(30))
    with pytest.raises(InvalidOption, match="new names for 30 people"):
        renamed(Dialogue(id="x", turns=people), "new")


def test_the_tempting_answer_of_locomo_is_among_the_options(dataset_dir):
    from personae.formats.reading import read_dialogues

    (talk,) = read_dialogues(dataset_dir("locomo") / "26.json")
    asked = plan(talk, unanswerable=0.5)
    never = [one for one in asked if one.kind == "unanswerable"]
    assert never
    by_text = {one.text: one for one in questions_of(talk)}
    assert all(by_text[one.text].options[0] in one.options for one in never)
