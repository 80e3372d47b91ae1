"""entropy: Ent-n of all replies together."""

from __future__ import annotations

import math
import random

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.entropy import entropy

KIT = Kit(ScriptedModel())


def samples(*replies: str) -> list[Sample]:
    scene = Scene(persona=Persona(name="Ana"))
    return [Sample(id=str(n), scene=scene, reply=reply) for n, reply in enumerate(replies)]


def test_different_words_have_the_logarithm_of_their_number():
    assert entropy(n=1)(samples("red blue", "green black"), KIT).total == pytest.approx(math.log(4))


def test_one_word_over_and_over_has_none():
    scores = entropy(n=1)(samples("red red", "red"), KIT)
    assert scores.total == 0
    assert scores.detail["most"] == [["red", 3]]


def test_the_formula_is_zhangs():
    counts = {"red": 3, "blue": 2, "green": 1}
    text = " ".join(word for word, times in counts.items() for _ in range(times))
    total = sum(counts.values())
    expected = -sum(f / total * (math.log(f) - math.log(total)) for f in counts.values())
    assert entropy(n=1)(samples(text), KIT).total == pytest.approx(expected)


def test_n_grams_do_not_cross_replies():
    scores = entropy(n=2)(samples("red blue", "green", "red blue green"), KIT)
    assert scores.name == "entropy-2"
    assert scores.detail["ngrams"] == 3
    assert scores.values[1] == 0


def test_leaving_one_out_is_measuring_without_it():
    rng = random.Random(0)
    replies = [" ".join(rng.choices(["red", "blue", "green", "black"], k=5)) for _ in range(12)]
    scores = entropy(n=2)(samples(*replies), KIT)
    assert scores.leave_one_out is not None
    without = scores.leave_one_out(range(12))
    for at, value in enumerate(without):
        rest = replies[:at] + replies[at + 1 :]
        assert value == pytest.approx(entropy(n=2)(samples(*rest), KIT).total)


def test_nothing_said_is_no_figure():
    assert math.isnan(entropy()([], KIT).total)
    assert entropy()(samples("Hm."), KIT).total == 0
