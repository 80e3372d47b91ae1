"""questions: the share of replies that ask."""

from __future__ import annotations

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.questions import questions

SCENE = Scene(persona=Persona(name="Ana"))


def test_it_is_the_share_of_replies_with_a_question_mark():
    said = ["Pets?", "I bake. Do you?", "Why not.", ""]
    samples = [Sample(id=one, scene=SCENE, reply=one) for one in said]
    failed = Sample(id="failed", scene=SCENE, reply="", error="It broke.")
    scores = questions()([*samples, failed], Kit(ScriptedModel()))
    assert scores.values == (1.0, 1.0, 0.0, 0.0, None)
    assert scores.total == 0.5
