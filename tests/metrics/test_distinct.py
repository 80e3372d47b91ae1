"""distinct counts different n-grams over all replies."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import InvalidOption
from personae.evaluate.bootstrap import interval
from personae.evaluate.score import NoModel
from personae.metrics.distinct import distinct
from personae.metrics.types import Scores
from personae.registry import build

SCENE = Scene(persona=Persona(name="Ana"))


def score(replies: list[str], n: int = 1) -> Scores:
    samples = [Sample(id=str(at), scene=SCENE, reply=text) for at, text in enumerate(replies)]
    return distinct(n=n)(samples, Kit(lm=NoModel()))


def test_hand_computed_values():
    replies = ["I like dogs", "i like cats!", "dogs"]
    assert score(replies).total == 4 / 7  # i like dogs cats of 7 words
    assert score(replies, n=2).total == 3 / 4  # i-like, like-dogs, i-like, like-cats
    assert score(replies, n=2).values == (1.0, 1.0, 0.0)
    assert score(replies, n=4).total == 0.0


def test_no_reply_at_all_has_no_figure():
    failed = Sample(id="1", scene=SCENE, error="timeout")
    scores = distinct()([failed], Kit(lm=NoModel()))
    assert math.isnan(scores.total)
    assert scores.values == (None,)


texts = st.lists(st.sampled_from(["red", "green", "blue", "dog", "cat"]), max_size=5).map(" ".join)


@given(st.lists(texts, min_size=1, max_size=8), st.integers(1, 3))
def test_leaving_one_out_equals_counting_without_it(replies, n):
    scores = score(replies, n)
    assert scores.leave_one_out is not None
    assert list(scores.leave_one_out(range(len(replies)))) == [
        score(replies[:at] + replies[at + 1 :], n).total if len(replies) > 1 else 0.0
        for at in range(len(replies))
    ]


def test_the_interval_covers_the_expected_figure_where_a_bootstrap_would_miss_it():
    rng = random.Random(5)
    vocabulary = [f"w{at}" for at in range(400)]
    weights = [1 / (at + 1) for at in range(400)]

    def draw() -> Scores:
        return score([" ".join(rng.choices(vocabulary, weights, k=8)) for _ in range(60)])

    drawn = [draw() for _ in range(60)]
    expected = sum(scores.total for scores in drawn) / len(drawn)
    spans = [interval(scores) for scores in drawn]
    covering = sum(span is not None and span.low <= expected <= span.high for span in spans)
    assert covering >= 54
    one = drawn[0]
    assert one.resample is not None
    bootstrapped = [one.resample(rng.choices(range(60), k=60)) for _ in range(100)]
    assert max(bootstrapped) < one.total


def test_n_must_be_in_range():
    with pytest.raises(InvalidOption, match="n=0"):
        build("metric", "distinct", {"n": 0})
