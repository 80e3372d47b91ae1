"""word-f1 equals ParlAI's F1."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.evaluate.score import NoModel
from personae.metrics.word_f1 import f1, word_f1

SCENE = Scene(persona=Persona(name="Ana"))
words = st.lists(
    st.sampled_from(["the", "a", "An", "cat", "cats.", "Dog", "don't", "(well)", "_", "é", "猫"]),
    max_size=9,
).map(" ".join)


def reference_f1(guess: str, answer: str) -> float:
    """ParlAI's definition, told again: no regular expressions, no Counter."""

    def normal(text: str) -> list[str]:
        marks = set(string.punctuation)
        spaced = "".join(" " if letter in marks else letter for letter in text.lower())
        return [word for word in spaced.split() if word not in ("a", "an", "the")]

    pred, gold = normal(guess), normal(answer)
    left, same = list(gold), 0
    for word in pred:
        if word in left:
            left.remove(word)
            same += 1
    if same == 0:
        return 0.0
    precision, recall = 1.0 * same / len(pred), 1.0 * same / len(gold)
    return (2 * precision * recall) / (precision + recall)


@given(words, words)
def test_it_equals_the_reference_definition(reply, gold):
    assert f1(reply, gold) == reference_f1(reply, gold)


@pytest.mark.parametrize(
    ("reply", "gold", "value"),
    [
        ("I like the dogs!", "i like dogs", 1.0),
        ("i have two cats", "i have a cat", 2 * (2 / 4) * (2 / 3) / (2 / 4 + 2 / 3)),
        ("no no no", "no", 2 * (1 / 3) * 1 / (1 / 3 + 1)),
        ("the", "a", 0.0),
        ("", "hello", 0.0),
        ("don't", "don t", 1.0),
        ("athena", "athena the", 1.0),
    ],
)
def test_hand_computed_values(reply, gold, value):
    assert f1(reply, gold) == pytest.approx(value, abs=1e-15)


def test_the_total_is_the_mean_without_failed_samples_and_those_without_gold():
    samples = [
        Sample(id="1", scene=SCENE, reference="hello there", reply="hello there"),
        Sample(id="2", scene=SCENE, reference="hello", reply="bye"),
        Sample(id="3", scene=SCENE, reference="hello", error="timeout"),
        Sample(id="4", scene=SCENE, reply="hello"),
        Sample(id="5", scene=SCENE, reference="hello", reply=""),
    ]
    scores = word_f1()(samples, Kit(lm=NoModel()))
    assert scores.values == (1.0, 0.0, None, None, 0.0)
    assert scores.total == pytest.approx(1 / 3)
    assert scores.resample is not None
    assert scores.resample([0, 0, 1]) == pytest.approx(2 / 3)


def test_long_texts_are_counted_the_same():
    long = "no yes no " * 60
    assert f1(long, "no maybe yes no") == reference_f1(long, "no maybe yes no")
