"""contradiction-rate: which clause met which statement, at a calibrated threshold."""

from __future__ import annotations

import math

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import CapabilityError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.metrics.contradiction_rate import contradiction_rate


def sample(number: int, reply: str, *statements: str, error: str = "") -> Sample:
    scene = Scene(persona=Persona(name="Ana", statements=statements)).said("Bo", "Pets?")
    return Sample(id=str(number), scene=scene, reply=reply, error=error)


@pytest.fixture
def samples() -> list[Sample]:
    return [
        sample(0, "I have three dogs.", "I have dogs.", "I bake bread."),
        sample(1, "Hm. I have no dogs, sorry.", "I have dogs.", "I bake bread."),
        sample(2, "I have no dogs."),
        sample(3, "", "I have dogs.", error="it failed"),
    ]


def test_a_reply_counts_by_its_worst_clause_and_says_which_it_was(samples, word_nli):
    scores = contradiction_rate()(samples, Kit(ScriptedModel(), nli=word_nli))
    assert scores.values == (0.0, 1.0, None, None)
    assert scores.total == 0.5
    assert scores.detail["by_gold_share"] == {"0.02": 0.5, "0.05": 0.5, "0.1": 0.5}
    (worst,) = scores.detail["worst"]
    assert worst["statement"] == "I have dogs."
    assert "no dogs" in worst["clause"]


def test_nothing_to_judge_is_no_figure(word_nli):
    scores = contradiction_rate()([sample(0, "Hi.")], Kit(ScriptedModel(), nli=word_nli))
    assert math.isnan(scores.total)


def test_a_share_that_was_not_calibrated_is_refused(samples, word_nli):
    with pytest.raises(InvalidOption, match=r"gold_share=0\.07 .* choose one of 0\.02, 0\.05"):
        contradiction_rate(gold_share=0.07)(samples, Kit(ScriptedModel(), nli=word_nli))


def test_it_needs_the_inference_model(samples):
    with pytest.raises(CapabilityError, match="contradiction-rate needs the inference model"):
        contradiction_rate()(samples, Kit(ScriptedModel()))


def test_five_hundred_statements_and_five_thousand_words_are_bounded_work(word_nli):
    long = sample(0, "I have no dogs. " * 1300, *(f"Fact {n} of dogs." for n in range(500)))
    scores = contradiction_rate()([long], Kit(ScriptedModel(), nli=word_nli))
    assert scores.values == (1.0,)
    assert len(word_nli.asked) <= 64 * 64
