"""Features of weighted decoding, word by word and token by token."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.decoders.attributes import BLOCK, BLOCKED, FEATURES, weighting
from personae.errors import InvalidOption
from personae.text.specificity import specificity_of

TABLE = specificity_of({"the": 100, "tea": 10, "teal": 1, "dogs": 3})


def bonus(weights: dict[str, float], text: str, piece: str, **sides) -> float:
    own, partner = sides.get("own", ()), sides.get("partner", ())
    return weighting(weights, own, partner, TABLE, sides.get("similarity")).bonus(text, piece)


@pytest.mark.parametrize(
    ("feature", "text", "piece", "value"),
    [
        ("extrep_2gram", "i like", " tea", 1),
        ("extrep_2gram", "i like", " dogs", 0),
        ("extrep_2gram", "", "tea", 0),
        ("extrep_nonstopword", "my", " tea", 1),
        ("extrep_nonstopword", "my", " i", 0),
        ("partnerrep_2gram", "big", " dogs", 1),
        ("partnerrep_nonstopword", "two", " dogs", 1),
        ("intrep_2gram", "red tea , red", " tea", 1),
        ("intrep_2gram", "red tea , my", " tea", 0),
        ("intrep_nonstopword", "red tea , my", " tea", 1),
        ("question", "and", " what", 1),
        ("question", "you", "?", 1),
        ("question", "you", "!", 0),
        ("nidf", "my", " tea", 0.5),
        ("nidf", "my", " te", (10 * 0.5 + 1) / 11),
        ("nidf", "my", " zz", 1),
        ("lastuttsim", "my", " tea", 0.7),
        ("lastuttsim", "my", " the", 0),
    ],
)
def test_each_feature_of_the_paper(feature, text, piece, value):
    sides = {"own": ["i like tea"], "partner": ["big dogs"], "similarity": lambda word: 0.7}
    assert bonus({feature: 2.0}, text, piece, **sides) == pytest.approx(2.0 * value)


def test_weights_add_up():
    given_ = bonus({"question": 1.5, "nidf": -2}, "my", " tea", own=["tea"])
    assert given_ == pytest.approx(-1.0)


@given(st.lists(st.sampled_from(["te", "a", " te", "al", " the", ",", " dogs", "?"]), max_size=10))
def test_the_tokens_of_a_text_sum_to_the_features_of_its_words(pieces):
    made = weighting({"nidf": 1.0, "intrep_2gram": 3.0}, (), (), TABLE)
    total = sum(made.bonus("".join(pieces[:at]), piece) for at, piece in enumerate(pieces))
    assert total == pytest.approx(made.bonus("", "".join(pieces)), abs=1e-9)


@given(st.lists(st.sampled_from(["te", "a", " te", "al", " the", ",", " dogs"]), max_size=12))
def test_no_path_around_a_block_completes_a_pair_that_was_said(pieces):
    made = weighting({"extrep_2gram": BLOCK}, ["the tea the dogs the"], (), TABLE)
    text = ""
    for piece in pieces:
        if made.bonus(text, piece) > BLOCKED:
            text += piece
    said = set(pairwise(["the", "tea", "the", "dogs", "the"]))
    words = text.replace(",", " ").split()
    # A comma parts "te,a" into words; pairs across it count like any others.
    assert not said & set(pairwise(words))


def test_an_unknown_feature_is_refused():
    with pytest.raises(InvalidOption, match="intrep_nonstopword"):
        weighting({"extrep": 1.0}, (), (), TABLE)
    assert len(FEATURES) == 9
