"""relevance: the cosine of a reply and the message that it answers."""

from __future__ import annotations

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel
from personae.metrics.relevance import relevance


def sample(heard: str, reply: str, **more: str) -> Sample:
    scene = Scene(persona=Persona(name="Ana"), user="Bo")
    return Sample(id=heard, scene=scene.said("Bo", heard) if heard else scene, reply=reply, **more)


def test_it_is_the_mean_cosine_and_an_empty_reply_has_none_of_it(word_embedder):
    asked = [sample("two dogs", "two cats"), sample("two dogs", ""), sample("dogs", "Dogs!")]
    scores = relevance()(asked, Kit(ScriptedModel(), embedder=word_embedder))
    assert scores.values == pytest.approx((0.5, 0.0, 1.0))
    assert scores.total == pytest.approx(0.5)


def test_a_failed_reply_and_a_reply_to_nothing_have_no_value(word_embedder):
    asked = [sample("two dogs", "", error="It broke."), sample("", "Hello.")]
    scores = relevance()(asked, Kit(ScriptedModel(), embedder=word_embedder))
    assert scores.values == (None, None)


def test_without_an_embedder_it_says_how_to_get_one():
    with pytest.raises(CapabilityError, match=r"open_embedder\(\)"):
        relevance()([sample("a", "b")], Kit(ScriptedModel()))
