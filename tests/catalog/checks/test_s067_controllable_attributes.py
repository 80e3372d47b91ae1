"""The check of S067 can fail: a decoder without its weights is found out."""

from __future__ import annotations

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s067_controllable_attributes as s067
from personae.lm.scripted import ScriptedModel


def distributor(request, text):
    """Common words are likelier than rare ones, which weights can turn round."""
    return {"like": 0.45, "music": 0.40, "i": 0.40, "museums": 0.08, "": 0.01}


@pytest.fixture
def lm():
    return ScriptedModel(distributor=distributor)


def test_there_are_40_different_contexts():
    scenes = s067.contexts()
    assert len({scene.model_dump_json() for scene in scenes}) == 40


def test_weights_move_specificity(lm):
    assert "+4" in s067.sweep(lm, s067.contexts()[:2])[0]


def test_a_pair_said_before_is_blocked(lm):
    assert "exactly 0" in s067.block(lm, s067.contexts())[0]


def test_without_weighting_the_sweep_fails(lm, monkeypatch):
    real = s067.replies
    monkeypatch.setattr(s067, "replies", lambda lm, scenes, weights: real(lm, scenes, {}))
    with pytest.raises(CheckFailed, match="does not rise"):
        s067.sweep(lm, s067.contexts()[:2])
    with pytest.raises(CheckFailed, match="not 0"):
        s067.block(lm, s067.contexts())


def test_a_sampler_that_forgets_bayes_fails(monkeypatch):
    assert "off b/10" in s067.sampler(0)[0]
    monkeypatch.setattr(s067, "question_bucket", lambda asks, rng: rng.randrange(11))
    with pytest.raises(CheckFailed, match="off its tenth"):
        s067.sampler(0)


def test_the_table_spans_the_scale():
    assert "is 0" in s067.nidf()[0]
