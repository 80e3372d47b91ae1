"""persona-recall reads the same words as persona-f1; its formulas are tested there."""

from __future__ import annotations

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.persona_recall import persona_recall


def test_a_long_reply_that_says_everything_has_full_recall():
    persona = Persona(name="Ana", statements=("I have two dogs.", "I bake bread."))
    reply = "My two dogs watch me bake bread at dawn in the kitchen of the harbour inn."
    sample = Sample(id="0", scene=Scene(persona=persona), reply=reply)
    scores = persona_recall()([sample], Kit(ScriptedModel()))
    assert scores.total == 1.0
    assert scores.detail["precision"] < 1
