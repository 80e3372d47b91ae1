"""What a candidate reply is worth, with features that can be worked out by hand."""

from __future__ import annotations

import json
import math

import pytest

from personae.encoders.contradiction import judge_replies
from personae.encoders.reply_worth import (
    FEATURES,
    ReplyWorth,
    Term,
    features_of,
    naturalness,
    open_reply_worth,
    relevance,
    repetition,
)
from personae.errors import FormatError


def test_worth_is_the_weighted_sum_of_scaled_features_and_leaves_out_what_is_not_known():
    worth = ReplyWorth({"relevance": Term(2.0, 0.5, 0.25), "repetition": Term(-1.0, 0.0, 1.0)})
    assert worth({"relevance": 0.75, "repetition": 0.5}) == pytest.approx(1.5)
    assert worth({"relevance": 0.75}) == pytest.approx(2.0)


def test_the_shipped_weights_like_relevance_and_dislike_repetition():
    terms = open_reply_worth().terms
    assert set(terms) == set(FEATURES)
    assert terms["relevance"].weight > 0 > terms["repetition"].weight


def test_relevance_is_the_cosine_and_nothing_where_a_side_is_empty(word_embedder):
    pairs = [("two dogs", "two cats"), ("two dogs", "two dogs"), ("", "two dogs"), ("dogs", " ")]
    assert relevance(word_embedder, pairs) == pytest.approx([0.5, 1.0, 0.0, 0.0])
    assert relevance(word_embedder, []) == []


def test_repetition_counts_word_pairs_said_before_and_said_twice():
    assert repetition("I like tea. I like cake.", []) == pytest.approx(1 / 5)
    assert repetition("I like tea.", ["Oh, I like soup."]) == pytest.approx(1 / 2)
    assert repetition("Yes.", []) == 0.0


def test_naturalness_is_the_mean_over_the_tokens_that_the_text_begins_with():
    tokens = [("I", -1.0), (" ski", -2.0), (". Bye", -9.0)]
    assert naturalness("I ski", tokens) == pytest.approx(-1.5)
    assert naturalness("I ski", []) is None


def test_features_have_naturalness_only_where_tokens_are_known(word_nli, word_embedder):
    judged = judge_replies(word_nli, [("I have no dogs.", ["I have two dogs."])])[0]
    known = {"heard": "Any dogs?", "own": ["I have no time."], "embedder": word_embedder}
    found = features_of("I have no dogs.", judged, **known)
    assert found["contradiction"] == pytest.approx(0.95)
    assert found["repetition"] == pytest.approx(2 / 3)
    assert set(found) == set(FEATURES) - {"naturalness"}
    tokens = [("I have no dogs.", -0.5)]
    assert features_of("I have no dogs.", judged, tokens=tokens, **known)["naturalness"] == -0.5


@pytest.mark.parametrize(
    "change",
    [
        {"terms": {}},
        {"terms": None},
        {"terms": {name: {"weight": 1, "mean": 0} for name in FEATURES}},
        {"terms": {name: {"weight": 1, "mean": 0, "scale": 0} for name in FEATURES}},
        {"terms": {name: {"weight": math.inf, "mean": 0, "scale": 1} for name in FEATURES}},
    ],
)
def test_a_file_with_other_terms_is_refused(tmp_path, change):
    file = tmp_path / "weights.json"
    file.write_text(json.dumps(change))
    with pytest.raises(FormatError, match=r"terms|term"):
        open_reply_worth(file)
