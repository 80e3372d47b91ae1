"""How well a reply fits a persona, with features that can be worked out by hand."""

from __future__ import annotations

import json

import pytest

from personae.encoders.persona_fit import FEATURES, PersonaFit, fit_features, open_persona_fit
from personae.encoders.reply_worth import Term
from personae.errors import FormatError

KNOWN = ["I have two dogs."]


def test_a_grade_is_the_middle_and_what_features_add_within_1_and_5():
    fit = PersonaFit(dict.fromkeys(FEATURES, Term(1.0, 0.0, 1.0)), 3.0)
    assert fit(dict.fromkeys(FEATURES, 0.25)) == pytest.approx(4.0)
    assert fit(dict.fromkeys(FEATURES, 9.0)) == 5.0
    assert fit(dict.fromkeys(FEATURES, -9.0)) == 1.0


def test_a_denial_clashes_and_what_repeats_is_entailed(word_nli, word_embedder):
    same, denied = fit_features(
        [("I have two dogs.", KNOWN), ("I have no dogs.", KNOWN)],
        nli=word_nli, embedder=word_embedder,
    )  # fmt: skip
    assert same["likeness"] == pytest.approx(1.0)
    assert same["entailment"] == pytest.approx(0.9)
    assert denied["clash"] == pytest.approx(0.95 * 0.75)
    assert denied["net_clash"] == pytest.approx(0.93)


def test_nothing_said_and_a_bare_persona_have_no_features(word_nli, word_embedder):
    found = fit_features([(" ", KNOWN), ("Hello.", [])], nli=word_nli, embedder=word_embedder)
    assert found == [None, None]


def test_the_shipped_weights_like_likeness_and_dislike_a_clash():
    terms = open_persona_fit().terms
    assert terms["likeness"].weight > 0
    assert terms["clash"].weight + terms["net_clash"].weight < 0


@pytest.mark.parametrize("content", ["[]", '{"terms": {}}', '{"terms": 3, "middle": 3}'])
def test_other_files_are_refused(tmp_path, content):
    file = tmp_path / "weights.json"
    file.write_text(content)
    with pytest.raises(FormatError):
        open_persona_fit(file)


def test_terms_must_be_finite_numbers(tmp_path):
    file = tmp_path / "weights.json"
    term = {"weight": 1.0, "mean": 0.0, "scale": 0.0}
    file.write_text(json.dumps({"middle": 3.0, "terms": dict.fromkeys(FEATURES, term)}))
    with pytest.raises(FormatError, match="scale is 0"):
        open_persona_fit(file)
