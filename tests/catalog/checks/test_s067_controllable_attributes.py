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


def obedient(request, text):
    """A model that follows the gauge at the end of the prompt, as the adapter has learned to."""
    if text or request.adapters[0] != ("controlled-attributes", 1.0):
        return {"": 1.0} if text else {"Music.": 1.0}
    asked = request.messages[-1].content.rpartition(" ")[2]
    return {"What music?" if asked == "?" * 10 else "I like it.": 1.0}


class Adapted(ScriptedModel):
    """A scripted model that has adapters."""

    adapters = ("controlled-attributes", "plain-tuning")


@pytest.fixture
def scenes():
    return s067.lived(s067.contexts()[:12])


def test_a_model_that_follows_its_controls_passes(scenes):
    told, untold = s067.conditional(Adapted(distributor=obedient), scenes, 0)
    assert "0% and 100% of 12 replies ask" in told
    assert "plain-tuning, asked for question 0 and 10, 0% and 0%" in untold


@pytest.mark.parametrize("change", [{"weight": 0.0}, {"adapter": "plain-tuning"}, {"controls": {}}])
def test_without_the_adapter_or_without_the_bucket_it_fails(scenes, monkeypatch, change):
    real = s067.answers
    monkeypatch.setattr(
        s067, "answers",
        lambda lm, scenes, controls, adapter: real(
            lm, scenes, **{"controls": controls, "adapter": adapter, **change}
        ),
    )  # fmt: skip
    with pytest.raises(CheckFailed, match="does not follow its control"):
        s067.conditional(Adapted(distributor=obedient), scenes, 0)


def test_controls_that_plain_tuning_follows_as_well_prove_nothing(scenes, monkeypatch):
    real = s067.answers
    monkeypatch.setattr(
        s067, "answers", lambda lm, scenes, controls, adapter: real(lm, scenes, controls)
    )
    with pytest.raises(CheckFailed, match="Plain tuning follows"):
        s067.conditional(Adapted(distributor=obedient), scenes, 0)


def test_a_model_without_the_adapter_fails(scenes):
    with pytest.raises(CheckFailed, match="no adapter 'controlled-attributes'"):
        s067.conditional(ScriptedModel(), scenes, 0)
