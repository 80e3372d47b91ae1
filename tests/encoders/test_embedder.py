"""The embedder on its shipped weights, and on weights that are not what they should be."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.encoders import embedder as module
from personae.encoders.embedder import OnnxEmbedder, VectorCache, equal_batches, open_embedder
from personae.errors import EnvironmentFault, FormatError, InvalidOption, PersonaeError

REFERENCE = Path(__file__).parent / "reference_float32.npz"
TRIPLES = [
    ("I love going to the gym.", "Working out is my favourite hobby.", "I love going to church."),
    ("My dog is called Rex.", "I have a pet named Rex.", "My boss is called Anna."),
    ("I work as a nurse.", "My job is in a hospital ward.", "I work on a farm."),
    ("I have two kids.", "I am a parent of two children.", "I have two cars."),
    ("I never eat meat.", "I am a vegetarian.", "I never watch films."),
    ("I grew up in Texas.", "My childhood was spent in Texas.", "I grew up with four brothers."),
    ("She plays the violin.", "She is a musician with a fiddle.", "She plays chess."),
    ("He is afraid of heights.", "Tall buildings scare him.", "He is fond of maps."),
    ("What do you do for a living?", "What is your job?", "What do you eat for dinner?"),
    ("Where are you from?", "Which country were you born in?", "When are you leaving?"),
    ("How old are you?", "What is your age?", "How are you feeling?"),
    ("The shop opens at nine.", "The store starts business at 9 am.", "The shop sells nine cakes."),
    ("It is raining heavily.", "There is a downpour outside.", "It is running late."),
    ("I lost my keys.", "I cannot find my keys.", "I lost the election."),
    ("The king is dead.", "The monarch has passed away.", "The battery is dead."),
    ("I am very tired.", "I am exhausted.", "I am very rich."),
    ("He bought a new car.", "He purchased an automobile.", "He bought a new shirt."),
    ("We are getting married.", "Our wedding is soon.", "We are getting hungry."),
    ("I study physics.", "I am a student of natural science.", "I study the menu."),
    ("My favourite colour is blue.", "I like blue best.", "My favourite food is pizza."),
    ("The film was boring.", "The movie was dull.", "The film was cut in Paris."),
    ("I speak French.", "I know the language of France.", "I speak too fast."),
    ("Turn off the light.", "Switch the lamp off.", "Turn left at the bridge."),
    ("I hate spiders.", "Arachnids disgust me.", "I hate Mondays."),
    ("My wife is a lawyer.", "I am married to an attorney.", "My neighbour is a plumber."),
    ("He drank too much.", "He was drunk.", "He talked too much."),
    ("I sail at weekends.", "I spend Saturdays on my boat.", "I sleep at weekends."),
    ("The baby is crying.", "The infant is in tears.", "The singer is famous."),
    (
        "I moved to Berlin last year.",
        "I have lived in Berlin for a year.",
        "I sold my bike in May.",
    ),
    ("Sell me a sword.", "I want to buy a blade.", "Tell me a story."),
    ("The dragon guards the gold.", "A dragon protects treasure.", "The bank lends money."),
    (
        "My father died in the war.",
        "I lost my dad as a soldier fell.",
        "My father cooks on Sunday.",
    ),
]


@pytest.fixture(scope="module")
def embedder() -> OnnxEmbedder:
    return open_embedder()


@pytest.fixture(scope="module")
def reference() -> tuple[list[str], np.ndarray]:
    with np.load(REFERENCE) as stored:
        return [str(text) for text in stored["texts"]], stored["vectors"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped weights that a test may damage."""
    return Path(shutil.copytree(module.SHIPPED, tmp_path / "weights"))


def without_cache(embedder: OnnxEmbedder) -> OnnxEmbedder:
    return OnnxEmbedder(
        embedder.manifest, embedder.session, embedder.tokenizer, cache=VectorCache(limit=0)
    )


def change_manifest(folder: Path, **changes: object) -> None:
    file = folder / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_vectors_agree_with_transformers_in_float32(embedder, reference):
    texts, expected = reference
    cosines = (embedder.embed(texts) * expected).sum(axis=1)
    assert len(texts) == 20
    assert cosines.min() >= 0.98
    assert cosines.mean() >= 0.99


def test_a_paraphrase_is_closer_than_an_unrelated_sentence(embedder):
    text, same, other = (embedder.embed(column) for column in zip(*TRIPLES, strict=True))
    right = (text * same).sum(axis=1) > (text * other).sum(axis=1)
    wrong = [TRIPLES[index] for index in np.flatnonzero(~right)]
    assert len(TRIPLES) >= 30
    assert right.mean() >= 0.9, wrong


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_texts_have_finite_unit_vectors(embedder, texts):
    vectors = embedder.embed(texts)
    assert vectors.shape == (len(texts), embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\x00", "\ud800", "x" * 3_000_000, "a b " * 500_000, "字" * 100_000, "🙂"]
)
def test_odd_and_huge_texts_have_unit_vectors(embedder, text):
    assert np.linalg.norm(embedder.embed([text])[0]) == pytest.approx(1, abs=1e-5)


def test_a_text_counts_only_up_to_its_256th_token(embedder):
    shared = "word " * 254  # and two special tokens
    one, other = embedder.embed([shared + "banana", shared + "the war"])
    assert np.array_equal(one, other)
    shorter = embedder.embed([("word " * 253) + "banana"])[0]
    assert not np.array_equal(one, shorter)


def test_a_text_has_the_same_vector_in_every_batch_bit_for_bit(embedder, reference):
    bare = without_cache(embedder)
    texts = reference[0] + [text for triple in TRIPLES for text in triple]
    whole = bare.embed(texts)
    alone = np.concatenate([bare.embed([text]) for text in texts])
    backwards = bare.embed(texts[::-1])[::-1]
    sevens = np.concatenate([bare.embed(texts[i : i + 7]) for i in range(0, len(texts), 7)])
    assert np.array_equal(whole, alone)
    assert np.array_equal(whole, backwards)
    assert np.array_equal(whole, sevens)


def test_the_number_of_threads_does_not_change_a_vector(embedder, reference):
    texts = reference[0]
    single = open_embedder(threads=1)
    assert np.array_equal(single.embed(texts), without_cache(embedder).embed(texts))
    assert single.fingerprint == embedder.fingerprint


def test_concurrent_callers_get_the_vectors_that_one_caller_gets(reference):
    shared = OnnxEmbedder(
        *(getattr(open_embedder(), part) for part in ("manifest", "session", "tokenizer")),
        cache=VectorCache(limit=5),  # small, so that threads evict each other's texts
    )
    texts = reference[0][:12]
    expected = without_cache(shared).embed(texts)
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: shared.embed(texts), range(18)))
    assert all(np.array_equal(vectors, expected) for vectors in found)


def test_a_cached_text_does_not_run_the_model_again(embedder):
    class Refusing:
        def run(self, *_: object) -> None:
            raise AssertionError("the model ran")

    cache = VectorCache(limit=10)
    warm = OnnxEmbedder(embedder.manifest, embedder.session, embedder.tokenizer, cache)
    first = warm.embed(["tea", "coffee"])
    cold = OnnxEmbedder(embedder.manifest, Refusing(), embedder.tokenizer, cache)
    assert np.array_equal(cold.embed(["coffee", "tea", "coffee"]), first[[1, 0, 1]])
    with pytest.raises(AssertionError, match="the model ran"):
        cold.embed(["milk"])


def test_changing_a_returned_vector_does_not_change_the_cache(embedder):
    before = embedder.embed(["a quiet evening"])
    kept = before.copy()
    before[:] = 0
    assert np.array_equal(embedder.embed(["a quiet evening"]), kept)


def test_the_cache_keeps_the_texts_used_last():
    cache = VectorCache(limit=2)
    vector = np.ones(3, dtype=np.float32)
    cache.put({"a": vector, "b": vector})
    cache.get({"a"})
    cache.put({"c": vector})
    assert cache.get({"a", "b", "c"}).keys() == {"a", "c"}
    assert len(cache) == 2


@given(st.lists(st.integers(1, 256), max_size=60), st.integers(1, 600))
def test_batches_hold_every_text_once_in_equal_lengths_within_the_limit(lengths, limit):
    batches = list(equal_batches(lengths, limit))
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        assert len({lengths[index] for index in batch}) == 1
        assert len(batch) == 1 or sum(lengths[index] for index in batch) <= limit


def test_no_texts_give_no_vectors(embedder):
    assert embedder.embed([]).shape == (0, 384)


@pytest.mark.parametrize("texts", ["one text", [b"bytes"], [None], ["fine", 3]])
def test_what_is_not_a_list_of_texts_is_refused(embedder, texts):
    with pytest.raises(InvalidOption, match="embed"):
        embedder.embed(texts)


def test_no_threads_are_refused():
    with pytest.raises(InvalidOption, match="1 or more"):
        open_embedder(threads=0)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_one_flipped_bit_is_refused(folder, name):
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(EnvironmentFault, match=r"damaged: its sha256 is .* Run: pip install"):
        open_embedder(folder)


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named_with_its_remedy(folder, name):
    (folder / name).unlink()
    with pytest.raises(EnvironmentFault, match=f"{name} cannot be read .* Run: pip install"):
        open_embedder(folder)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_a_file_with_the_right_hash_and_the_wrong_content_is_refused(folder, name):
    from hashlib import sha256

    (folder / name).write_bytes(b"not a model")
    hashes = json.loads((folder / "manifest.json").read_text())["sha256"]
    change_manifest(folder, sha256=hashes | {name: sha256(b"not a model").hexdigest()})
    with pytest.raises(FormatError, match="cannot"):
        open_embedder(folder)


def test_a_model_of_another_width_is_refused(folder):
    change_manifest(folder, dimensions=768)
    with pytest.raises(FormatError, match="embedding of 768 numbers"):
        open_embedder(folder)


def test_the_fingerprint_follows_weights_and_settings_but_not_the_name(folder, embedder):
    change_manifest(folder, name="renamed")
    assert open_embedder(folder).fingerprint == embedder.fingerprint
    change_manifest(folder, max_tokens=128)
    assert open_embedder(folder).fingerprint != embedder.fingerprint


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"[]", b"{}", b"[" * 60_000, b'{"name": 7}', b" " * 70_000, b"1e999",
     b"9" * 5_000],
)  # fmt: skip
def test_a_manifest_that_is_not_one_is_refused(tmp_path, content):
    (tmp_path / "manifest.json").write_bytes(content)
    with pytest.raises(FormatError, match=r"manifest\.json"):
        open_embedder(tmp_path)


@given(
    key=st.sampled_from(["name", "dimensions", "max_tokens", "pooling", "sha256"]),
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3) | st.just(-1),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
        max_leaves=4,
    ),
)
@settings(max_examples=60, deadline=None)
def test_a_wrong_value_in_the_manifest_never_gives_another_kind_of_error(
    tmp_path_factory, key, value
):
    folder = tmp_path_factory.mktemp("weights")
    (folder / "manifest.json").write_bytes((module.SHIPPED / "manifest.json").read_bytes())
    change_manifest(folder, **{key: value})
    with pytest.raises(PersonaeError):  # at the latest because there are no weights beside it
        open_embedder(folder)


def test_the_shipped_weights_are_small_and_come_with_their_card():
    assert sum(file.stat().st_size for file in module.SHIPPED.iterdir()) < 25_000_000
    card = (module.SHIPPED / "card.md").read_text(encoding="utf-8")
    hashes = json.loads((module.SHIPPED / "manifest.json").read_text())["sha256"]
    assert "Apache-2.0" in card
    assert all(digest in card for digest in hashes.values())
