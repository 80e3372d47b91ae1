"""Vectors that are computed once."""

import numpy as np

from personae.recipes import kept_vectors as module
from personae.recipes.kept_vectors import kept_vectors


def test_what_the_file_has_is_not_computed_again(tmp_path, word_embedder, monkeypatch):
    monkeypatch.setattr(module, "PIECE_TEXTS", 2)
    file, told = tmp_path / "vectors.npz", []
    first = kept_vectors(file, ["a", "b", "a", "c"], word_embedder,
                         lambda *done: told.append(done))  # fmt: skip
    assert word_embedder.asked == ["a", "b", "c"]
    assert told == [(2, 3), (3, 3)]
    second = kept_vectors(file, ["c", "d"], word_embedder)
    assert word_embedder.asked == ["a", "b", "c", "d"]
    assert np.array_equal(first["c"], second["c"])


def test_another_embedder_computes_anew(tmp_path, word_embedder):
    file = tmp_path / "vectors.npz"
    kept_vectors(file, ["a"], word_embedder)
    word_embedder.fingerprint = "other"
    kept_vectors(file, ["a"], word_embedder)
    assert word_embedder.asked == ["a", "a"]
