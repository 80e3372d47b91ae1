"""specificity: the mean NIDF of replies."""

from __future__ import annotations

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.specificity import specificity
from personae.text.specificity import shipped_specificity

SCENE = Scene(persona=Persona(name="Ana"))


def test_rare_words_are_more_specific_than_common_ones():
    samples = [Sample(id=one, scene=SCENE, reply=one) for one in ("I like it.", "Museum painting!")]
    failed = Sample(id="failed", scene=SCENE, reply="", error="It broke.")
    scores = specificity()([*samples, failed], Kit(ScriptedModel()))
    common, rare, none = scores.values
    assert none is None
    assert common < rare
    assert common == shipped_specificity().of_text("I like it.")
