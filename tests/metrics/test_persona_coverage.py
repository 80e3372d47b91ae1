"""persona-coverage: statements that the replies of a run show."""

from __future__ import annotations

import math

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.persona_coverage import persona_coverage

ANA = ("I have dogs.", "I bake bread.", "I sing songs.", "I live north.")


def sample(number: int, reply: str, *statements: str, error: str = "") -> Sample:
    scene = Scene(persona=Persona(name="Ana", statements=statements)).said("Bo", "Hi?")
    return Sample(id=str(number), scene=scene, reply=reply, error=error)


@pytest.fixture
def samples() -> list[Sample]:
    return [
        sample(0, "My dogs eat bread.", *ANA),
        sample(1, "The dogs again.", *ANA),
        sample(2, "Songs? Never.", "I sing songs.", "I swim far."),
        sample(3, "Hello.", "I swim far."),
        sample(4, "Dogs."),
        sample(5, "", *ANA, error="it failed"),
    ]


def test_a_statement_counts_once_however_often_it_is_shown(samples, word_nli):
    scores = persona_coverage()(samples, Kit(ScriptedModel(), nli=word_nli))
    assert scores.values == (2 / 4, 1 / 4, 0.0, 0.0, None, None)
    # Ana shows two of four, the others nothing: a question states nothing.
    assert scores.total == pytest.approx((2 / 4 + 0 + 0) / 3)


def test_it_says_which_clause_showed_what_and_what_was_never_shown(samples, word_nli):
    told = persona_coverage()(samples, Kit(ScriptedModel(), nli=word_nli)).detail["personas"]
    assert [one["statement"] for one in told[0]["shown"]] == ["I have dogs.", "I bake bread."]
    assert told[0]["shown"][0]["clause"] == "My dogs eat bread."
    assert told[0]["never"] == ["I sing songs.", "I live north."]


def test_leaving_one_out_is_measuring_without_it(samples, word_nli):
    kit = Kit(ScriptedModel(), nli=word_nli)
    scores = persona_coverage()(samples, kit)
    assert scores.leave_one_out is not None
    assert scores.resample is not None
    assert scores.resample(scores.applicable) == scores.total
    expected = [
        persona_coverage()([s for n, s in enumerate(samples[:4]) if n != at], kit).total
        for at in scores.applicable
    ]
    assert list(scores.leave_one_out(scores.applicable)) == pytest.approx(expected)


def test_a_run_without_statements_has_no_figure(word_nli):
    scores = persona_coverage()([sample(0, "Hi.")], Kit(ScriptedModel(), nli=word_nli))
    assert math.isnan(scores.total)
