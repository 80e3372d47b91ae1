"""Agreement with a statement that a character should, or should not, agree with."""

from __future__ import annotations

import numpy as np
import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.keyed_agreement import keyed_agreement

SCENE = Scene(persona=Persona(name="Kim"))


class Reader:
    """Finds that "yes" entails, "no" contradicts, and anything else says nothing."""

    name = fingerprint = "reader"

    def classify(self, pairs):
        rows = [{"yes": (1, 0, 0), "no": (0, 0, 1)}.get(said, (0, 1, 0)) for said, _ in pairs]
        return np.array(rows, dtype=np.float32)


def sample(reply: str, agrees: bool | None = True, error: str = "") -> Sample:
    labels = {} if agrees is None else {"statement": "I talk a lot.", "agrees": agrees}
    return Sample(id=reply, scene=SCENE, reply=reply, error=error, record={"labels": labels})


def measured(*samples: Sample):
    return keyed_agreement()(samples, Kit(lm=ScriptedModel(), nli=Reader()))


def test_a_reply_counts_as_the_character_should_answer():
    found = measured(
        sample("yes"), sample("no"), sample("yes", False), sample("no", False), sample("well")
    )
    assert found.values == (1, 0, 0, 1, 0.5)
    assert found.total == pytest.approx(0.5)


def test_an_empty_reply_says_nothing_and_failures_and_other_samples_have_no_value():
    found = measured(sample(" "), sample("yes", None), sample("yes", error="timeout"))
    assert found.values == (0.5, None, None)


def test_who_says_yes_to_everything_is_no_better_than_who_says_nothing():
    assert measured(sample("yes"), sample("yes", False)).total == pytest.approx(0.5)
