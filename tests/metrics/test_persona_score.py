"""PersonaScore: grades by task, and the published way to put them together."""

from __future__ import annotations

import math

import pytest

from personae.data import Persona, Sample, Scene, Turn
from personae.draft import Kit
from personae.evaluate.score import NoModel
from personae.metrics.persona_score import grouped_scores, persona_score, persona_score_of

PERSONA = Persona(name="Persona", description="A farmer who has two dogs")
SCENE = Scene(persona=PERSONA, turns=(Turn(speaker="User", text="Any pets?"),))


def measured(samples, word_nli, word_embedder):
    kit = Kit(lm=NoModel(), nli=word_nli, embedder=word_embedder)
    return persona_score()(samples, kit)


def sample(name: str, reply: str, group: str = "one", **more) -> Sample:
    return Sample(id=name, scene=SCENE, reply=reply, record={"group": group}, **more)


def test_the_published_means_are_put_together_as_published():
    tasks = {str(at): [mean] for at, mean in enumerate((4.52, 4.37, 3.98, 4.81, 4.88))}
    assert round(persona_score_of(tasks), 2) == 4.51


def test_a_grade_that_could_not_be_read_does_not_count():
    assert persona_score_of({"a": [4, 0, 2], "b": [0]}) == 3.0
    assert math.isnan(persona_score_of({"a": [0]}))


def test_what_repeats_the_persona_is_better_than_what_denies_it(word_nli, word_embedder):
    scores = measured(
        [sample("a", "I have two dogs."), sample("b", "I have no dogs.")], word_nli, word_embedder
    )
    assert scores.values[0] > scores.values[1]


def test_the_empty_reply_and_the_echo_have_the_lowest_grade(word_nli, word_embedder):
    samples = [sample("a", ""), sample("b", "Any pets?"), sample("c", "", error="late")]
    assert measured(samples, word_nli, word_embedder).values == (1.0, 1.0, None)


def test_the_total_is_the_mean_of_the_groups_means():
    scores = grouped_scores("it", [5.0, 3.0, 1.0], ["a", "a", "b"])
    assert scores.total == pytest.approx(2.5)
    assert scores.resample([0, 2]) == pytest.approx(3.0)
    assert scores.resample([0]) == pytest.approx(5.0)
