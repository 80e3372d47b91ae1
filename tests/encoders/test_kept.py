"""What is kept is made once, by a model of that fingerprint."""

from personae.encoders.kept import by_fingerprint, kept_nli, kept_vectors


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


def test_a_kept_judge_is_asked_once_about_a_pair(word_nli):
    kept = kept_nli(word_nli)
    first = kept.classify([("I have dogs.", "No dogs here."), ("Tea.", "Dogs.")])
    again = kept.classify([("Tea.", "Dogs."), ("I have dogs.", "No dogs here."), ("x", "y")])
    assert word_nli.asked == [("I have dogs.", "No dogs here."), ("Tea.", "Dogs."), ("x", "y")]
    assert again[:2].tolist() == first[::-1].tolist()
    assert kept.classify([]).shape == (0, 3)
    assert kept_nli(kept) is kept
    assert (kept.name, kept.thresholds) == (word_nli.name, word_nli.thresholds)


def test_what_does_not_fit_any_more_is_asked_all_the_same(word_nli, monkeypatch):
    monkeypatch.setattr("personae.encoders.kept.PAIRS_LIMIT", 1)
    kept = kept_nli(word_nli)
    pairs = [("I have dogs.", "No dogs here."), ("Tea.", "Dogs.")]
    assert kept.classify(pairs).tolist() == word_nli.classify(pairs).tolist()
