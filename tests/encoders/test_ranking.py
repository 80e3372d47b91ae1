"""The ranker on its shipped weights, its layout, and weights that are not what they should be."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.encoders import ranking as module
from personae.encoders.ranking import Asked, Layout, kept_ranker, open_ranker
from personae.errors import EnvironmentFault, FormatError, InvalidOption

TURNS = ("Hi! How was your day?", "Long, but fine.", "What do you do for a living?")
REPLIES = ("I am a nurse, I work nights.", "My two dogs keep me busy.", "It rained in March.")
PERSONA = ("I have two dogs.", "I work as a nurse.", "I live in Oslo.")


@pytest.fixture(scope="module")
def ranker():
    return kept_ranker()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped weights beside a copy of the embedder, which has its words."""
    shutil.copytree(module.SHIPPED.with_name("minilm_int8"), tmp_path / "minilm_int8")
    return Path(shutil.copytree(module.SHIPPED, tmp_path / "weights"))


def change_manifest(folder: Path, **changes: object) -> None:
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


@pytest.fixture
def layout() -> Layout:
    """A layout that writes a word as its length; 100 starts, 200 ends a piece."""
    return Layout(lambda text: [len(word) for word in text.split()], 100, 200)


def test_the_question_the_statements_the_turns_and_the_reply_follow_each_other(layout):
    ids, types = layout.row(("a bb", "ccc"), "dddd ee", ("near it", "far"), "is it so")
    assert ids == [100, 2, 2, 2, 200, 3, 4, 2, 200, 1, 2, 200, 3, 200, 4, 2, 200]
    assert types == [0] * 14 + [1] * 3


def test_without_statements_nothing_is_asked(layout):
    assert layout.row(("a",), "bb")[0] == [100, 1, 200, 2, 200]


@given(
    st.lists(st.integers(0, 300), max_size=6), st.integers(0, 300),
    st.lists(st.integers(0, 300), max_size=16),
)  # fmt: skip
def test_no_row_is_longer_than_the_model_reads_and_the_newest_turns_stay(turns, reply, told):
    layout = Layout(lambda text: [len(text.split()) % 7] * len(text.split()), 100, 200)
    words = ["w " * count for count in turns]
    ids, types = layout.row(words, "w " * reply, ["w " * count for count in told][:2])
    assert len(ids) == len(types) <= module.MAX_TOKENS
    assert ids[0] == 100
    assert ids[-1] == 200
    if turns:
        assert ids.count(200) >= 2  # of the last turn, and of the reply


def test_the_reply_that_answers_comes_first(ranker):
    assert ranker.scores(TURNS, REPLIES, PERSONA).argmax() == 0
    assert ranker.scores((*TURNS[:2], "Do you have any pets?"), REPLIES, PERSONA).argmax() == 1


def test_without_a_persona_the_scores_are_the_bare_ones(ranker):
    bare = ranker.scores(TURNS, REPLIES, is_tuned=False)
    for persona, k in (((), 2), (PERSONA, 0)):
        for is_tuned in (True, False):
            found = ranker.scores(TURNS, REPLIES, persona, is_tuned=is_tuned, k=k)
            assert np.array_equal(found, bare)


def test_the_persona_changes_the_scores_and_tuning_changes_them_again(ranker):
    bare, told, tuned = (
        ranker.scores(TURNS, REPLIES, persona, is_tuned=is_tuned)
        for persona, is_tuned in (((), False), (PERSONA, False), (PERSONA, True))
    )
    assert not np.array_equal(bare, told)
    assert not np.array_equal(told, tuned)


def test_a_list_has_the_same_scores_in_every_batch_bit_for_bit(ranker):
    lists = [
        Asked(TURNS, REPLIES, PERSONA),
        Asked(TURNS[:1], REPLIES),
        Asked(TURNS, REPLIES[:1], PERSONA),
    ]
    for found, one in zip(ranker.scores_of(lists), lists, strict=True):
        assert np.array_equal(found, ranker.scores(one.turns, one.replies, one.persona))
    single = open_ranker(threads=1)
    assert np.array_equal(single.scores(TURNS, REPLIES), ranker.scores(TURNS, REPLIES))


def test_the_similarity_is_added_with_its_weight(ranker):
    bare = ranker.scores(TURNS, REPLIES)
    near = (ranker.embedder.embed(REPLIES) @ ranker.embedder.embed(PERSONA).T).max(axis=1)
    found = ranker.scores_with_similarity(TURNS, REPLIES, PERSONA, weight=3.0)
    assert found == pytest.approx(bare + 3.0 * near)
    assert np.array_equal(ranker.scores_with_similarity(TURNS, REPLIES, (), weight=3.0), bare)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(max_size=50), max_size=4), st.lists(st.text(max_size=50), max_size=3),
    st.lists(st.text(max_size=50), max_size=3),
)  # fmt: skip
def test_any_texts_have_finite_scores(turns, replies, persona):
    found = kept_ranker().scores(turns, replies, persona)
    assert found.shape == (len(replies),)
    assert np.isfinite(found).all()


def test_huge_texts_have_scores(ranker):
    assert np.isfinite(
        ranker.scores(["a b " * 300_000], ["\ud800", "字" * 50_000], ["x" * 9**6])
    ).all()


@pytest.mark.parametrize("texts", [("Hi", REPLIES, ()), (TURNS, "Hi", ()), (TURNS, REPLIES, "I")])
def test_a_text_for_a_list_is_refused(ranker, texts):
    with pytest.raises(InvalidOption, match="list of texts"):
        ranker.scores(*texts)


def test_no_threads_are_refused():
    with pytest.raises(InvalidOption, match="1 or more"):
        open_ranker(threads=0)


@pytest.mark.parametrize("name", ["model.onnx", "../minilm_int8/model.onnx"])
def test_one_flipped_bit_is_refused(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 3] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(EnvironmentFault, match="damaged: its sha256"):
        open_ranker(folder=folder)


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "../minilm_int8/tokenizer.json"])
def test_a_missing_file_is_named_with_its_remedy(folder, name):
    (folder / name).unlink()
    with pytest.raises(EnvironmentFault, match=r"cannot be read .* Run: pip install"):
        open_ranker(folder=folder)


@pytest.mark.parametrize("key", ["name", "tokenizer", "sha256", "words", "mix"])
@pytest.mark.parametrize("value", [None, True, -1, "", [], {}, {"a": 1}])
def test_a_wrong_value_in_the_manifest_is_named(folder, key, value):
    change_manifest(folder, **{key: value})
    with pytest.raises(FormatError, match=f"'{key}'"):
        open_ranker(folder=folder)


def test_the_mix_is_added_and_changes_the_fingerprint(folder, ranker):
    change_manifest(folder, mix={"bare": [0.0, 0.0], "tuned": [0.0, 0.0]})
    alone = open_ranker(folder=folder)
    assert alone.fingerprint != ranker.fingerprint
    of_score, _ = ranker.manifest.mix["bare"]
    follows = ranker.selector.scores(TURNS[-1], REPLIES)
    assert ranker.scores(TURNS, REPLIES) == pytest.approx(
        alone.scores(TURNS, REPLIES) + of_score * follows
    )
    of_score, of_cosine = ranker.manifest.mix["tuned"]
    near = (ranker.embedder.embed(REPLIES) @ ranker.embedder.embed(PERSONA).T).max(axis=1)
    assert ranker.scores(TURNS, REPLIES, PERSONA) == pytest.approx(
        alone.scores(TURNS, REPLIES, PERSONA) + of_score * follows + of_cosine * near
    )


@pytest.mark.parametrize(
    "mix", [{"bare": [1.0, 0.0]}, {"bare": [1.0], "tuned": [1.0, 0.0]},
            {"bare": [float("nan"), 0.0], "tuned": [1.0, 0.0]}, {"bare": "ab", "tuned": [1.0, 0.0]}]
)  # fmt: skip
def test_a_mix_that_is_not_one_is_refused(folder, mix):
    change_manifest(folder, mix=mix)
    with pytest.raises(FormatError, match="'mix'"):
        open_ranker(folder=folder)


def test_a_model_of_another_shape_is_refused(folder):
    from hashlib import sha256

    other = module.SHIPPED.with_name("nli_minilm_int8_b") / "model.onnx"
    shutil.copy(other, folder / "model.onnx")
    hashes = json.loads((folder / "manifest.json").read_text())["sha256"]
    made = sha256(other.read_bytes()).hexdigest()
    change_manifest(folder, sha256=hashes | {"model.onnx": made})
    with pytest.raises(FormatError, match="a bare and a tuned score"):
        open_ranker(folder=folder)


def test_the_shipped_weights_come_with_their_card():
    card = (module.SHIPPED / "card.md").read_text(encoding="utf-8")
    hashes = json.loads((module.SHIPPED / "manifest.json").read_text())["sha256"]
    assert "Apache-2.0" in card
    assert hashes["model.onnx"] in card
    assert (module.SHIPPED / "model.onnx").stat().st_size < 17_000_000
