"""Tests of personae.evaluate.made_script: what is planted is there, and answers its questions."""

from __future__ import annotations

import pytest

from personae.errors import InvalidOption
from personae.evaluate.made_script import NEVER, RELATIONS, made_script
from personae.formats.long_chats import questions_of


@pytest.fixture(scope="module")
def script():
    return made_script(60, 3)


def test_scenes_are_dated_and_turns_have_ids_of_their_own(script):
    assert len({turn.labels["session"] for turn in script.turns}) == 60
    assert len({turn.id for turn in script.turns}) == len(script.turns)
    days = [turn.said_at for turn in script.turns]
    assert days == sorted(days)


def test_every_answer_stands_in_its_evidence(script):
    turns = {turn.id: turn for turn in script.turns}
    answerable = [one for one in questions_of(script) if one.category != NEVER]
    assert len(answerable) > 100
    for one in answerable:
        told = [turns[key] for key in one.evidence]
        last = told[-1]
        date = f"{last.said_at.day} {last.said_at:%B %Y}"
        assert one.answer in f"{last.speaker} {last.text} {date}"
        assert len({turn.speaker for turn in told}) == 1
        assert one.answer not in one.options


def test_what_was_never_told_is_told_by_nobody(script):
    never = [one for one in questions_of(script) if one.category == NEVER]
    assert never
    told = {(turn.speaker, turn.text) for turn in script.turns}
    for one in never:
        for relation in RELATIONS:
            for name in script.speakers:
                if one.text == relation.what.format(s=name):
                    lines = {(name, relation.told.format(o=thing)) for thing in relation.objects}
                    assert not lines & told


def test_no_fact_is_told_twice(script):
    facts = {relation.told.format(o=thing) for relation in RELATIONS for thing in relation.objects}
    told = [turn.text for turn in script.turns if turn.text in facts]
    assert len(told) == len(set(told)) > 30


def test_the_seed_decides_all(script):
    assert made_script(60, 3) == script
    assert made_script(60, 4) != script


@pytest.mark.parametrize("scenes", [-1, 0, 1, 1001])
def test_a_script_of_too_few_or_too_many_scenes_is_refused(scenes):
    with pytest.raises(InvalidOption, match="2 to 1,000 scenes"):
        made_script(scenes)


def test_the_smallest_script_can_be_made():
    assert len(made_script(2).turns) > 10
