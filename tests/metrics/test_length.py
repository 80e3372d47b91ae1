"""length counts words or characters of the replies."""

from __future__ import annotations

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.evaluate.score import NoModel
from personae.metrics.length import length

SCENE = Scene(persona=Persona(name="Ana"))
SAMPLES = [
    Sample(id="1", scene=SCENE, reply="I like it, yes!", reference="a b"),
    Sample(id="2", scene=SCENE, reply="", reference="one two three"),
    Sample(id="3", scene=SCENE, error="timeout", reference="x"),
]


def test_an_empty_reply_has_no_words_and_a_failed_one_no_length():
    scores = length()(SAMPLES, Kit(lm=NoModel()))
    assert scores.values == (4.0, 0.0, None)
    assert scores.total == 2.0
    assert scores.detail == {"gold_mean": 2.0}


def test_characters_are_counted_when_asked():
    scores = length(unit="characters")(SAMPLES, Kit(lm=NoModel()))
    assert scores.total == 7.5
    assert scores.unit == "characters"
