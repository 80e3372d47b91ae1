"""The atomic metrics on samples: targets, groups, generations, and what is out of character."""

from __future__ import annotations

import math

import pytest

from personae.data import Ocean, Persona, Sample, Scene, Traits
from personae.draft import Kit
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.metrics.atomic import Target, parse_target, targets_of
from personae.metrics.atomic_accuracy import atomic_accuracy
from personae.metrics.atomic_internal_consistency import atomic_internal_consistency
from personae.metrics.atomic_retest_consistency import atomic_retest_consistency

KIT = Kit(ScriptedModel())
OUTGOING = Persona(name="Bea", traits=Traits(ocean=Ocean(extraversion=0.9)))
LOUD, QUIET = "I love big parties and talk to everyone.", "I am shy and hide from people."


def sample(reply: str, asked="Who are you?", persona=OUTGOING, **labels) -> Sample:
    scene = Scene(persona=persona, labels=labels).said("Bo", asked)
    return Sample(id=f"{asked}{reply}", scene=scene, reply=reply)


def test_a_target_is_read_and_a_wrong_one_refused():
    assert parse_target("open person:O:high") == parse_target("o:high") == Target("O", "high")
    for wrong in ("", "O", "X:high", "O:loud"):
        with pytest.raises(InvalidOption, match="TRAIT:LEVEL"):
            parse_target(wrong)


def test_the_personas_own_scores_are_targets_and_neuroticism_is_turned():
    persona = Persona(name="A", traits=Traits(ocean=Ocean(openness=0.5, neuroticism=0.9)))
    assert targets_of(persona) == (Target("O", "neutral"), Target("N", "low"))
    assert targets_of(Persona(name="A")) == ()


def test_sentences_at_another_level_are_out_of_character():
    samples = [sample(f"{LOUD} The train left at noon."), sample(f"{LOUD} {QUIET}", "And today?")]
    scores = atomic_accuracy()(samples, KIT)
    assert scores.values == (1.0, 0.5)
    assert scores.total == 0.75
    assert [one["atom"] for one in scores.detail["out_of_character"]] == [QUIET]
    assert scores.detail["rated"] < scores.detail["atoms"]


def test_the_option_replaces_the_personas_target():
    assert atomic_accuracy(target="E:low")([sample(QUIET)], KIT).total == 1
    assert atomic_accuracy()([sample(QUIET)], KIT).total == 0


def test_no_trait_or_no_rated_sentence_is_no_value():
    samples = [sample("The train left at noon."), sample(LOUD, persona=Persona(name="Al"))]
    scores = atomic_accuracy()(samples, KIT)
    assert scores.values == (None, None)
    assert math.isnan(scores.total)


def test_one_reply_that_is_both_is_inconsistent_in_itself():
    steady = sample(f"{LOUD} I start conversations with strangers.")
    torn = sample(f"{LOUD} {QUIET}")
    scores = atomic_internal_consistency()([steady, torn], KIT)
    assert scores.values[0] > scores.values[1]
    assert atomic_internal_consistency()([sample(LOUD)], KIT).values == (None,)


def test_asking_the_same_again_is_another_generation():
    same = atomic_retest_consistency()([sample(LOUD), sample(LOUD)], KIT)
    turned = atomic_retest_consistency()([sample(LOUD), sample(QUIET)], KIT)
    assert same.total == 1
    assert turned.total < 0
    assert turned.values == (turned.total, turned.total)
    assert turned.leave_one_out is not None


def test_generations_can_be_named_in_the_scene():
    samples = [sample(LOUD, "A?", generation=0), sample(QUIET, "B?", generation=1)]
    assert atomic_retest_consistency()(samples, KIT).total < 0
    unnamed = [sample(LOUD, "A?"), sample(QUIET, "B?")]
    assert math.isnan(atomic_retest_consistency()(unnamed, KIT).total)
