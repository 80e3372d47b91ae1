"""p-score: statements entailed less statements contradicted, as a share."""

from __future__ import annotations

import math

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.p_score import p_score


def sample(number: int, reply: str, *statements: str) -> Sample:
    scene = Scene(persona=Persona(name="Ana", statements=statements)).said("Bo", "Pets?")
    return Sample(id=str(number), scene=scene, reply=reply)


def test_entailed_counts_a_half_and_contradicted_a_half_less(word_nli):
    samples = [
        sample(0, "My dogs eat bread.", "I have dogs.", "I sing."),
        sample(1, "I have no dogs.", "I have dogs."),
        sample(2, "Fine.", "I have dogs."),
        sample(3, "I have no dogs."),
    ]
    scores = p_score()(samples, Kit(ScriptedModel(), nli=word_nli))
    assert scores.values == (25.0, -50.0, 0.0, None)
    assert scores.total == -25.0 / 3


def test_a_run_without_statements_has_no_figure(word_nli):
    scores = p_score()([sample(0, "Fine.")], Kit(ScriptedModel(), nli=word_nli))
    assert math.isnan(scores.total)
