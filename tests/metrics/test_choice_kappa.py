from __future__ import annotations

import math

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.registry import build

KIT = Kit(lm=ScriptedModel())


def sample(reply, reference, options=("a", "b"), **record):
    scene = Scene(persona=Persona(name="Ana"))
    return Sample(
        id=reply + reference, scene=scene, reply=reply, reference=reference,
        record={"options": list(options), **record},
    )  # fmt: skip


def test_kappa_is_cohens_worked_example():
    # 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: kappa 0.4
    pairs = [("a", "a")] * 20 + [("a", "b")] * 5 + [("b", "a")] * 10 + [("b", "b")] * 15
    assert build("metric", "choice-kappa")([sample(*one) for one in pairs], KIT).total == (
        pytest.approx(0.4)
    )


def test_agreement_by_chance_is_no_agreement():
    pairs = [("a", "a"), ("a", "b")] * 10
    assert build("metric", "choice-kappa")([sample(*one) for one in pairs], KIT).total == 0


def test_what_cannot_be_read_agrees_with_nothing():
    found = build("metric", "choice-kappa")([sample("", "a"), sample("b", "b")], KIT)
    assert found.values == (0.0, 1.0)
    assert found.total < 1
    assert math.isnan(build("metric", "choice-kappa")([], KIT).total)


def test_pass_at_k_is_the_chance_of_one_right_draw():
    even = sample("a", "a", scores=[0.0, 0.0])
    assert build("metric", "pass-at-k", {"k": 1})([even], KIT).total == pytest.approx(0.5)
    assert build("metric", "pass-at-k", {"k": 5})([even], KIT).total == pytest.approx(1 - 0.5**5)


def test_without_scores_pass_at_k_is_accuracy():
    found = build("metric", "pass-at-k")([sample("a", "a"), sample("b", "a")], KIT)
    assert found.values == (1.0, 0.0)
