"""The check of S067 can fail: a decoder without its weights is found out."""

from __future__ import annotations

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s067_controllable_attributes as s067
from personae.data import Persona, Scene
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
    said = {"?" * 10: "What music?", "*" * 9: "Museums.", "+" * 9: "Do you like music?"}
    return {said.get(asked, "I like it."): 1.0}


class Adapted(ScriptedModel):
    """A scripted model that has adapters."""

    adapters = ("controlled-attributes", "plain-tuning")


@pytest.fixture
def scenes():
    """Those that all three controls of the scripted model can be seen in."""
    asked = Scene(persona=Persona(name="Ana"), user="Bo").said("Bo", "Do you like music?")
    return s067.lived([asked] * 12)


def test_a_model_that_follows_its_controls_passes(word_embedder, scenes):
    told = s067.conditional(Adapted(distributor=obedient), word_embedder, scenes, 0)
    assert [line.split(",")[0] for line in told] == [
        "asked for question 0 and 10", "asked for specificity 0 and 9",
        "asked for relatedness 0 and 9", "in its place plain-tuning",
    ]  # fmt: skip


@pytest.mark.parametrize("change", [{"weight": 0.0}, {"adapter": "plain-tuning"}, {"controls": {}}])
def test_without_the_adapter_or_without_the_bucket_it_fails(
    word_embedder, scenes, monkeypatch, change
):
    real = s067.answers
    monkeypatch.setattr(
        s067, "answers",
        lambda lm, scenes, controls, adapter: real(
            lm, scenes, **{"controls": controls, "adapter": adapter, **change}
        ),
    )  # fmt: skip
    with pytest.raises(CheckFailed, match="does not follow its control"):
        s067.conditional(Adapted(distributor=obedient), word_embedder, scenes, 0)


def test_controls_that_plain_tuning_follows_as_well_prove_nothing(
    word_embedder, scenes, monkeypatch
):
    real = s067.answers
    monkeypatch.setattr(
        s067, "answers", lambda lm, scenes, controls, adapter: real(lm, scenes, controls)
    )
    with pytest.raises(CheckFailed, match="Plain tuning follows"):
        s067.conditional(Adapted(distributor=obedient), word_embedder, scenes, 0)


def test_a_model_without_the_adapter_fails(word_embedder, scenes):
    with pytest.raises(CheckFailed, match="no adapter 'controlled-attributes'"):
        s067.conditional(ScriptedModel(), word_embedder, scenes, 0)


def test_relatedness_is_the_cosine_with_the_last_turn(word_embedder):
    scene = s067.contexts()[1]
    found = s067.attribute("relatedness", [scene, scene], ["Do you like music?", ""], word_embedder)
    assert found == pytest.approx([1.0, 0.0])
