"""foils: a judge that likes an empty, echoing, stock or copied reply is found out."""

from __future__ import annotations

import pytest

from personae.data import Sample
from personae.draft import Kit
from personae.evaluate.foils import foil_rows, foil_samples, held_out_replies, liked
from personae.lm.names import open_model
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.metrics.types import mean_scores
from personae.registry import build, entries

KIT = Kit(ScriptedModel())


def metric_of(value, *, higher_is_better=True):
    def measure(samples, kit):
        return mean_scores(
            "m", [value(one) for one in samples], unit="", higher_is_better=higher_is_better
        )

    return measure


def test_the_held_out_dialogues_have_personas_and_replies_of_people():
    people = held_out_replies()
    assert len(people) >= 40
    assert all(one.scene.persona.statements and one.reply for one in people)
    assert all(one.scene.last_user_text for one in people)
    assert people[1].scene.turns[1].text == people[0].reply


def test_every_foil_stands_in_every_scene():
    people = held_out_replies()[:2]
    foils = foil_samples(people)
    assert list(foils) == ["empty", "echo", "stock phrase", "copied persona", "shuffled words"]
    assert sorted(foils["shuffled words"][1].reply.split()) == sorted(people[1].reply.split())
    assert [one.reply for one in foils["echo"]] == [one.scene.last_user_text for one in people]
    assert all(statement in foils["copied persona"][0].reply
               for statement in people[0].scene.persona.statements)  # fmt: skip
    assert [one.scene for one in foils["empty"]] == [one.scene for one in people]


def test_a_measure_of_length_takes_the_copied_persona_for_a_good_reply():
    rows = foil_rows("length", build("metric", "length"), KIT)
    by_name = {row.foil: row for row in rows}
    assert by_name["copied persona"].is_liked
    assert not by_name["empty"].is_liked
    assert by_name["empty"].mean == 0
    assert by_name["empty"].beats == 0


def test_a_measure_without_an_opinion_likes_everything():
    rows = foil_rows("m", metric_of(lambda one: 1.0), KIT)
    assert [row.beats for row in rows] == [0.5] * 5
    assert len(liked(rows)) == 5


def test_where_lower_is_better_the_sign_is_turned():
    def words(one: Sample) -> float:
        return float(len(one.reply.split()))

    rows = foil_rows("m", metric_of(words, higher_is_better=False), KIT)
    assert {row.foil for row in rows if row.beats == 1} >= {"empty"}


def test_a_measure_without_single_values_has_no_rows():
    assert foil_rows("m", metric_of(lambda one: None), KIT) == []


def test_a_judge_of_the_right_replies_likes_no_foil():
    rows = foil_rows("m", metric_of(lambda one: float(one.reply == one.reference)), KIT)
    assert len(rows) == 5
    assert liked(rows) == {}


JUDGES = [name for name, one in entries("metric").items() if one.info.judge]


def even() -> ScriptedModel:
    """A model that finds every word as likely, so that likelihoods decide nothing."""
    return ScriptedModel(scorer=lambda request, text: Likelihood(tuple(-3.0 for _ in text.split())))


def test_the_judges_are_those_that_grade_replies():
    assert "usr" in JUDGES
    # Parts and overlaps that foils please are none.
    # A language model is one where the foils say so: `personae evaluate judges --judge MODEL`.
    assert not {"lm-judge", "relevance", "usr-mlm", "usr-dr-c", "length", "persona-f1"} & set(
        JUDGES
    )


@pytest.mark.parametrize("name", [one for one in JUDGES if not one.startswith("lm-judge")])
def test_no_trained_judge_likes_a_foil(name):
    rows = foil_rows(name, build("metric", name), Kit(even()), held_out_replies()[::3])
    assert len(rows) == 5
    assert set(liked(rows)) <= {"shuffled words"}  # which only a language model can tell


@pytest.mark.slow
@pytest.mark.embedded
@pytest.mark.parametrize("name", JUDGES)
def test_no_judge_likes_a_foil_with_the_embedded_model(name):
    lm = open_model("embedded", slots=1)
    try:
        rows = foil_rows(name, build("metric", name), Kit(lm), held_out_replies()[::4])
    finally:
        lm.close()
    assert len(rows) == 5
    assert liked(rows) == {}
