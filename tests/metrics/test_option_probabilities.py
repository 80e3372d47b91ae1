"""Ranks, Brier score and calibration of choices: PersonaEval's figures."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.evaluate.score import NoModel
from personae.metrics.option_probabilities import gold_rank, probabilities
from personae.registry import build

KIT = Kit(lm=NoModel())
OPTIONS = ["a", "b", "c", "d"]


def sample(scores, reference="a", **more) -> Sample:
    record = {"options": OPTIONS, "scores": scores}
    reply = OPTIONS[scores.index(max(scores))]
    scene = Scene(persona=Persona(name="Reader"))
    return Sample(id="x", scene=scene, reference=reference, reply=reply, record=record, **more)


def total(name, samples):
    return build("metric", name)(samples, KIT).total


def test_a_uniform_judge_of_four_has_the_brier_score_of_the_paper():
    samples = [sample([0.0] * 4, reference) for reference in OPTIONS]
    assert total("brier", samples) == pytest.approx(0.1875)
    assert total("calibration-error", samples) == pytest.approx(abs(0.25 - 0.25))
    assert total("calibration-error", [sample([0.0] * 4, "b")]) == pytest.approx(0.25)


def test_an_oracle_is_right_and_sure():
    samples = [sample([50.0, 0, 0, 0])]
    assert total("brier", samples) == pytest.approx(0)
    assert total("calibration-error", samples) == pytest.approx(0)
    assert total("top-2", samples) == total("mean-rank", samples) == 1.0


def test_ties_count_half_and_the_second_is_among_two():
    assert gold_rank(sample([1.0, 1.0, 0, 0])) == 1.5
    assert total("top-2", [sample([1.0, 2.0, 0, 0])]) == 1.0
    assert total("top-2", [sample([0.0, 2.0, 1.0, 0])]) == 0.0


@pytest.mark.parametrize("name", ["brier", "calibration-error", "mean-rank", "top-2"])
def test_what_did_not_rank_has_no_value(name):
    failed = sample([1.0, 0, 0, 0], error="late")
    unranked = Sample(id="y", scene=failed.scene, reference="a", reply="a",
                      record={"options": OPTIONS})  # fmt: skip
    assert build("metric", name)([failed, unranked], KIT).values == (None, None)
    assert math.isnan(total(name, [failed]))


@given(st.lists(st.floats(min_value=-300, max_value=300), min_size=4, max_size=4))
def test_chances_sum_to_one(scores):
    assert math.fsum(probabilities(sample(scores))) == pytest.approx(1.0)
