"""rouge-l equals the rouge-score package."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.evaluate.score import NoModel
from personae.metrics.rouge_l import f_measure, longest_common_subsequence, rouge_l

SCORER = RougeScorer(["rougeL"])
TOKENS = ["I", "you", "Like,", "two-dogs", "dogs.", "7", "é", "İ", "ſ"]
texts = st.one_of(
    st.text(max_size=40), st.lists(st.sampled_from(TOKENS), max_size=80).map(" ".join)
)


@settings(max_examples=300)
@given(texts, texts)
def test_it_equals_rouge_score_on_random_text(reply, gold):
    assert f_measure(reply, gold) == SCORER.score(gold, reply)["rougeL"].fmeasure


@pytest.mark.parametrize(
    ("first", "second", "length"),
    [
        ("police killed the gunman", "police kill the gunman", 3),
        ("police killed the gunman", "the gunman kill police", 2),
        ("a b c d e f", "f e d c b a", 1),
        ("a", "", 0),
        ("a a a", "a a", 2),
    ],
)
def test_longest_common_subsequences_by_hand(first, second, length):
    assert longest_common_subsequence(first.split(), second.split()) == length


def test_the_total_is_the_mean():
    scene = Scene(persona=Persona(name="Ana"))
    samples = [
        Sample(id="1", scene=scene, reference="police killed the gunman", reply="police kill the "
               "gunman"),
        Sample(id="2", scene=scene, reference="yes", reply="no"),
        Sample(id="3", scene=scene, reference="yes", error="timeout"),
    ]  # fmt: skip
    scores = rouge_l()(samples, Kit(lm=NoModel()))
    assert scores.values == (0.75, 0.0, None)
    assert scores.total == 0.375
