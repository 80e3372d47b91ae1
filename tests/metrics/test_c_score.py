"""c-score: statements entailed less statements contradicted."""

from __future__ import annotations

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.c_score import c_score


def sample(number: int, reply: str, *statements: str) -> Sample:
    scene = Scene(persona=Persona(name="Ana", statements=statements)).said("Bo", "Pets?")
    return Sample(id=str(number), scene=scene, reply=reply)


def test_the_sum_over_statements_is_averaged_over_replies(word_nli):
    samples = [
        sample(0, "My dogs eat bread.", "I have dogs.", "I bake bread.", "I sing."),
        sample(1, "I have no dogs.", "I have dogs.", "I sing."),
        sample(2, "Fine.", "I have dogs."),
        sample(3, "I have no dogs."),
    ]
    scores = c_score()(samples, Kit(ScriptedModel(), nli=word_nli))
    assert scores.values == (2.0, -1.0, 0.0, None)
    assert scores.total == 1 / 3
    assert scores.detail["entailed"] == 2
    assert scores.detail["contradicted"] == 1
    assert scores.detail["pairs"] == 6


def test_a_run_without_statements_has_no_figure(word_nli):
    scores = c_score()([sample(0, "Fine.")], Kit(ScriptedModel(), nli=word_nli))
    assert scores.values == (None,)
