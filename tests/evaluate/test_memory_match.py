"""Ranking memories: what is used, and where it stands."""

import json

import numpy as np
import pytest

from personae.evaluate.memory_match import Tagged, ranked, read_tagged


def test_recall_and_auc_are_those_worked_out_by_hand():
    tagged = [Tagged("?", tuple("abcdefg"), frozenset({1, 6}))]
    found = ranked(tagged, lambda message, facts: np.array([7.0, 6, 5, 4, 3, 2, 1]))
    assert found.recalls == ((0.0, 0.5),)
    assert found.aucs[0] == pytest.approx(4 / 10)


def test_what_a_reply_entails_of_who_gives_it_is_used(tmp_path, word_embedder, word_nli):
    item = {
        "meta": {"user": ["I like rain."], "assistant": ["I have dogs. I sail boats."]},
        "dialogue": [["Pets?", "Yes, dogs I have."], ["Rain?", "I like rain."], ["", "Hm"]],
    }
    file = tmp_path / "session-2-test.json"
    file.write_text(json.dumps([item]))
    (one,) = read_tagged(file, 1, word_embedder, word_nli, 0)
    assert (one.message, one.facts[0]) == ("Pets?", "I have dogs.")
    assert one.used == {0}
    assert len(one.facts) == 3
