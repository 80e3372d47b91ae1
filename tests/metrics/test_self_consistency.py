"""self-consistency: a reply against what its speaker said earlier."""

from __future__ import annotations

import math

import pytest

from personae.data import Persona, Sample, Scene, Turn
from personae.draft import Kit
from personae.encoders.nli import open_nli
from personae.errors import CapabilityError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.metrics.self_consistency import self_consistency


def sample(reply: str, *turns: tuple[str, str]) -> Sample:
    said = tuple(Turn(speaker=speaker, text=text) for speaker, text in turns)
    scene = Scene(persona=Persona(name="Ana", statements=("I sing.",)), turns=said)
    return Sample(id=reply, scene=scene, reply=reply)


SAMPLES = [
    sample("Well. I have no dogs.", ("Ana", "I have dogs."), ("Bo", "How many?")),
    sample("I have no dogs.", ("Bo", "I have dogs."), ("Ana", "Lovely bread.")),
    sample("I have no dogs.", ("Bo", "I have dogs.")),
    sample("I have no dogs.", ("Ana", "Do you have dogs?"), ("Bo", "Yes.")),
]


def test_a_clause_meets_the_speakers_own_earlier_clauses(word_nli):
    scores = self_consistency()(SAMPLES, Kit(ScriptedModel(), nli=word_nli))
    # The last two have no earlier clause of Ana's: none at all, or only a question.
    assert scores.values == (0.0, 1.0, None, None)
    assert scores.total == 0.5
    (worst,) = scores.detail["worst"]
    assert (worst["clause"], worst["earlier"]) == ("I have no dogs.", "I have dogs.")
    assert scores.detail["by_gold_share"] == {"0.02": 0.5, "0.05": 0.5, "0.1": 0.5}


def test_without_history_there_is_no_figure(word_nli):
    scores = self_consistency()(SAMPLES[2:], Kit(ScriptedModel(), nli=word_nli))
    assert math.isnan(scores.total)
    assert scores.detail["by_gold_share"] == {}


def test_what_was_not_calibrated_is_refused(word_nli):
    with pytest.raises(InvalidOption, match=r"choose one of 0\.02, 0\.05"):
        self_consistency(gold_share=0.07)(SAMPLES, Kit(ScriptedModel(), nli=word_nli))
    with pytest.raises(CapabilityError, match="self-consistency needs the inference model"):
        self_consistency()(SAMPLES, Kit(ScriptedModel()))


def test_a_long_dialogue_is_bounded_work(word_nli):
    turns = [("Ana", f"I have {n} dogs.") for n in range(300)]
    self_consistency()([sample("I have no dogs.", *turns)], Kit(ScriptedModel(), nli=word_nli))
    assert len(word_nli.asked) == 64


def test_the_shipped_model_sees_a_speaker_turn_around():
    turns = [("Ana", "I am a vegan."), ("Bo", "What did you have for lunch?")]
    samples = [
        sample("I just ate a big steak.", *turns),
        sample("The weather is lovely today.", *turns),
    ]
    scores = self_consistency()(samples, Kit(ScriptedModel(), nli=open_nli()))
    assert scores.values == (0.0, 1.0)
