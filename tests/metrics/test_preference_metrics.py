"""Alignment, gain, harm, questions and right answers of PREFDISCO's samples."""

from __future__ import annotations

import math

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.answer_correct import is_right
from personae.registry import build

KIT = Kit(lm=ScriptedModel(["x"]))
SCENE = Scene(persona=Persona(name="Assistant"))
ONE_STEP = [{"dimension": "check", "value": "question", "weight": 1.0}]
NO, SHORT, ELSEWHERE, YES = "It is 8.", "It is 8. Clear?", "Why? It is 8.", "8. Do you see why?"


def sample(item, mode, reply, **record):
    labels = {"item": item, "mode": mode, "answer": "8", "preferences": ONE_STEP}
    record = {"labels": labels, "group": mode, **record}
    return Sample(id=f"{item}/{mode}", scene=SCENE, reply=reply, record=record)


def item(name, generic, oracle, asked):
    modes = ("no_prompt", "persona_known", "infer_persona")
    pairs = zip(modes, (generic, oracle, asked), strict=True)
    return [sample(name, mode, reply) for mode, reply in pairs]


def test_the_gain_is_that_of_the_means_and_resamples():
    samples = [*item("a", NO, YES, SHORT), *item("b", NO, YES, ELSEWHERE)]
    scores = build("metric", "preference-gain")(samples, KIT)
    assert scores.values == (None, None, 3.0, None, None, 2.0)
    assert scores.total == pytest.approx(62.5)
    assert scores.resample([2, 2]) == pytest.approx(75)


def test_where_knowing_brings_nothing_there_is_no_gain():
    scores = build("metric", "preference-gain")(item("a", YES, YES, NO), KIT)
    assert math.isnan(scores.total)


def test_an_item_without_all_modes_has_no_value():
    samples = item("a", NO, YES, SHORT)[1:]
    assert build("metric", "preference-gain")(samples, KIT).values == (None, None)
    assert build("metric", "preference-hurt")(samples, KIT).values == (None, None)


def test_hurt_is_the_share_below_the_generic_answer():
    samples = [*item("a", SHORT, YES, NO), *item("b", NO, YES, NO)]
    assert build("metric", "preference-hurt")(samples, KIT).total == 0.5


def test_alignment_explains_its_marks():
    scores = build("metric", "preference-alignment")([sample("a", "no_prompt", SHORT)], KIT)
    assert scores.detail["marks"] == {
        "a/no_prompt": ["check=question: 4 (ends with a question), weight 1.00"]
    }


def test_the_label_of_an_answer_is_not_part_of_it():
    scores = build("metric", "preference-alignment")([sample("a", "no_prompt", "ANSWER:")], KIT)
    assert scores.total == 1.0


def test_questions_are_the_replies_before_the_last():
    turns = [{"speaker": name, "text": "?"} for name in ("User", "Assistant") * 3]
    found = [sample("a", "infer_persona", YES, turns=turns), sample("a", "no_prompt", YES)]
    assert build("metric", "questions-asked")(found, KIT).values == (2.0, None)


@pytest.mark.parametrize(
    ("text", "gold", "right"),
    [
        ("4 × 3 is 12, so the answer is 8.", "8", True),
        ("The answer is 12, not 8.", "8", False),
        ("The **answer**: 8. Check: 12 + 8 = 20.", "8", True),
        ("20 − 12 = 8. Do you see why it is not 12?", "8", True),
        ("12 are spent and 8 left. For example, 3 of 5.", "8", True),
        ("It costs 1,000 euros.", "1000", True),
        ("8.0", "8", True),
        ("It ends at 21:55.", "21:55", True),
        ("The chance is 3/8.", "3/8", True),
        ("The chance is 3 of 8.", "3/8", False),
        ("I do not know.", "8", False),
        ("", "8", False),
        ("It was Marie Curie, in Paris.", "Marie Curie", True),
        ("It was Marie.", "Marie Curie", False),
    ],
)
def test_a_result_is_read_from_an_answer(text, gold, right):
    assert is_right(text, gold) is right
