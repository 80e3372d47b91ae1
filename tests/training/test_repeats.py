"""The recipe that chooses when a clause repeats a statement."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest

RECIPE = Path(__file__).parents[2] / "training" / "nli"
PERSONAS = [["I've two dogs.", "i work at night ."], ["i ski .", "i am a cook ."]] * 2


@pytest.fixture(scope="module")
def repeats():
    sys.path.insert(0, str(RECIPE))
    try:
        return importlib.import_module("repeats")
    finally:
        sys.path.remove(str(RECIPE))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    replies = ["i work at night .", "i have no dogs .", "i ski not .", "hello there ."]
    for part in ("valid", "test"):
        file = tmp_path / "xpersona" / f"En_persona_{part}.json"
        file.parent.mkdir(exist_ok=True)
        dialogues = [
            {"persona": persona, "dialogue": [["Hi.", reply] for reply in replies]}
            for persona in PERSONAS
        ]
        file.write_text(json.dumps(dialogues))
    (tmp_path / "dnli-excerpt").mkdir()
    (tmp_path / "dnli-excerpt" / "nli-train.txt").write_text(
        "i have no dogs .</s>i ' ve two dogs .</s>negative\n"
        "dogs are work .</s>i work at night .</s>positive\n"
        "i swim .</s>i fly .</s>negative\n"
    )
    return tmp_path


def test_pairs_are_put_to_the_persona_that_holds_the_statement(repeats, data):
    found = repeats.put_to_personas(data, "train")
    assert found[2] == [("i have no dogs .", ("I've two dogs.", "i work at night ."))]
    assert [said for said, _ in found[0]] == ["dogs are work ."]
    assert found[1] == []


def test_a_pair_is_run_once_however_often_it_is_asked(repeats, word_nli):
    nli = repeats.Remembering(word_nli)
    pairs = [("i ski", "i ski not"), ("i ski", "i fly"), ("i ski", "i ski not")]
    first, second = nli.classify(pairs), nli.classify(pairs[:2])
    assert len(word_nli.asked) == 2
    assert np.array_equal(first[:2], second)
    assert nli.classify([]).shape == (0, 3)


def test_every_rule_has_a_row_and_frees_own_statements(repeats, data, word_nli):
    counts, *rows = repeats.figures(repeats.Remembering(word_nli), data, "train")
    assert counts["counts"]["label 2"] == 1
    assert [row["rule"] for row in rows][:3] == ["none", "words", "words or 0.98"]
    assert rows[0]["excused"] == 0
    assert all(row["own statements flagged"] == 0 for row in rows[1:])
