"""Vectors that are kept are made once, by a model of that fingerprint."""

from personae.encoders.kept import by_fingerprint, kept_vectors


def test_the_same_texts_are_embedded_once(word_embedder):
    word_embedder.fingerprint = "kept-once"
    first = kept_vectors(word_embedder, ("two dogs", "green tea"))
    again = kept_vectors(word_embedder, ("two dogs", "green tea"))
    assert first is again
    assert word_embedder.asked == ["two dogs", "green tea"]
    assert first.tolist() == word_embedder.embed(["two dogs", "green tea"]).tolist()


def test_another_fingerprint_is_another_model(word_embedder):
    key = by_fingerprint(word_embedder)
    word_embedder.fingerprint = "other"
    assert by_fingerprint(word_embedder) != key
