"""The out-of-bounds classifier: what it sees, what ships, what is refused."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from personae.data import Role
from personae.encoders import role_bounds
from personae.encoders.role_bounds import BoundsFeatures, open_role_bounds, sentences_of
from personae.errors import CapabilityError, FormatError, InvalidOption
from personae.formats.role_file import open_role

ROLE = open_role("phone-companion")
SHIPPED = role_bounds.WEIGHTS / "role_bounds_phone_companion"
DESK = Role.from_dict({
    "name": "desk", "character": "Iris", "outline": "x",
    "rules": [
        {"category": "policy", "rule": "I post no books.", "in_bounds": ["Fetch it here."],
         "out_of_bounds": ["{{char}} will post it."]},
        {"category": "identity", "rule": "I am old.", "statements": ["I am not young.", "I walk."]},
    ],
})  # fmt: skip


@pytest.fixture
def features(word_embedder, word_nli):
    return BoundsFeatures(DESK, word_embedder, word_nli)


def test_a_reply_is_seen_by_its_vector_its_sentences_the_examples_and_the_statements(
    features, word_embedder
):
    (row,) = features(["Iris will post it. Fine!"])
    assert len(row) == features.width == 2 * 64 + 2 * 2 + 2 * 3
    whole, first, second = word_embedder.embed(
        ["Iris will post it. Fine!", "Iris will post it.", "Fine!"]
    )
    assert np.allclose(row[:64], whole)
    assert np.allclose(row[64:128], np.maximum(first, second))
    near = row[128:132] / 2
    assert near[1] == pytest.approx(1, abs=1e-5)  # the bad example, with the name filled in
    assert near[0] < 0.6
    assert near[2:].tolist() == [0, 0]  # a rule without examples
    (clash,) = features(["I post books."])
    assert clash[132] > 0 > clash[133]  # contradicts the first rule, not the second's statements


def test_nothing_of_a_reply_depends_on_the_others(features):
    replies = ["I am young.", "Fetch it here. I post no books.", "Hm"]
    together = features(replies)
    for row, reply in zip(together, replies, strict=True):
        assert np.array_equal(row, features([reply])[0])
    assert features([]).shape == (0, features.width)


def test_the_rule_is_the_one_whose_bad_examples_and_statements_are_nearest(features):
    assert features.rules(features(["Iris will post it.", "I not walk."])) == [0, 1]


def test_a_reply_without_a_sentence_is_its_own(features):
    assert sentences_of("") == [""]
    assert len(sentences_of("Not so. " * 30)) == role_bounds.SENTENCES_LIMIT


def test_the_shipped_head_knows_both_sides():
    judge = open_role_bounds(ROLE)
    good = ["I am only a computer voice, so I cannot taste it.", "Have you told your doctor?"]
    bad = ["I had soup for lunch with my husband.", "I will visit you tomorrow with a cake."]
    bounds = judge.judge([*good, *bad])
    assert max(one.probability for one in bounds[:2]) < judge.threshold
    assert min(one.probability for one in bounds[2:]) > judge.threshold
    assert ROLE.rules[bounds[3].rule].category == "policy"
    assert judge.judge([]) == []
    with pytest.raises(InvalidOption, match="list"):
        judge.judge("one text")


def test_models_of_another_kind_give_way_to_those_it_was_trained_on(word_embedder, word_nli):
    judge = open_role_bounds(ROLE, word_embedder, word_nli)
    assert judge.judge(["Hello."]) == open_role_bounds(ROLE).judge(["Hello."])
    assert word_nli.asked == []


def copied(folder, **changes):
    shutil.copytree(SHIPPED, folder)
    file = folder / "bounds.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return folder


@pytest.mark.parametrize(
    ("changes", "error", "fault"),
    [
        ({"threshold": 0}, FormatError, "between 0 and 1"),
        ({"threshold": True}, FormatError, "no number"),
        ({"threshold": None}, FormatError, "no number"),
        ({"nli": 3}, FormatError, "'nli'"),
        ({"nli": "other"}, CapabilityError, "another inference model"),
        ({"role": "0" * 16}, InvalidOption, "other rules"),
    ],
)
def test_a_head_that_does_not_fit_is_refused(tmp_path, changes, error, fault):
    with pytest.raises(error, match=fault):
        open_role_bounds(ROLE, folder=copied(tmp_path / "head", **changes))


def test_a_role_with_other_rules_or_without_a_head_is_refused(tmp_path):
    changed = json.loads(ROLE.to_json())
    changed["rules"][0]["out_of_bounds"].append("I ski.")
    with pytest.raises(InvalidOption, match="other rules"):
        open_role_bounds(Role.from_dict(changed))
    with pytest.raises(InvalidOption, match="personae train role-bounds"):
        open_role_bounds(DESK)
