"""INFO's poly-encoder."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from personae.encoders.grounding import SHIPPED, PolyHead, Reading, open_grounding
from personae.encoders.heads import unit
from personae.errors import EnvironmentFault, FormatError, InvalidOption

KNOWLEDGE = ["The lamp burns oil and is seen for ten miles.", "A boat leaves the pier at nine.",
             "Puffins breed in the turf in May."]  # fmt: skip


def head(codes):
    eye = np.eye(384)
    return PolyHead(np.asarray(codes, float), np.zeros(len(codes)), eye, eye, 1.0, 0.0)


def test_one_code_of_zeros_is_the_cosine_with_the_mean():
    rng = np.random.default_rng(0)
    states, candidates = rng.normal(size=(5, 384)), rng.normal(size=(3, 384))
    reading = Reading(states, np.zeros(5, bool))
    expected = unit(candidates) @ unit(states.mean(axis=0))
    assert head(np.zeros((1, 384))).scores(reading, candidates) == pytest.approx(expected)


def test_codes_let_each_candidate_attend_to_its_own_token():
    states = np.eye(384)[:2] * 20
    reading = Reading(states, np.zeros(2, bool))
    candidates = np.eye(384)[:3]
    poly = head(np.eye(384)[:2]).scores(reading, candidates)
    mean = head(np.zeros((1, 384))).scores(reading, candidates)
    assert poly[:2] == pytest.approx([1, 1], abs=1e-6)
    assert mean == pytest.approx([np.sqrt(0.5), np.sqrt(0.5), 0])


def test_what_answers_the_question_is_chosen_and_statements_have_chances():
    found = open_grounding().select(
        "How do I get across?", "", ["I get seasick.", "I bake."], KNOWLEDGE
    )
    assert found.knowledge == 1
    assert (len(found.knowledge_scores), len(found.statement_scores)) == (3, 2)
    assert found.statement_scores[0] > found.statement_scores[1]
    assert set(found.statements) <= {0, 1}


def test_nothing_is_chosen_of_nothing():
    found = open_grounding().select("Hello?", "", [], [])
    assert (found.knowledge, found.statements) == (-1, ())
    with pytest.raises(InvalidOption, match="list of texts"):
        open_grounding().select("Hello?", "", "I bake.", [])


def test_damaged_weights_are_told(tmp_path):
    with pytest.raises(EnvironmentFault):
        open_grounding(tmp_path)
    folder = tmp_path / "copy"
    shutil.copytree(SHIPPED, folder)
    arrays = json.loads((folder / "weights.json").read_text())
    (folder / "weights.json").write_text(json.dumps(arrays | {"count.bias": "AAAA"}))
    with pytest.raises(EnvironmentFault):
        open_grounding(folder)
    import hashlib

    manifest = json.loads((folder / "manifest.json").read_text())
    digest = hashlib.sha256((folder / "weights.json").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest | {"sha256": {
        "weights.json": digest}}))  # fmt: skip
    with pytest.raises(FormatError, match=r"count\.bias"):
        open_grounding(folder)
