"""States of single tokens."""

from __future__ import annotations

import numpy as np

from personae.encoders.heads import shipped_embedder
from personae.encoders.token_states import token_states


def test_their_mean_is_the_embedding():
    texts = ["Is it old?", "The tower was raised in 1841.", "Is it old?"]
    means = np.stack([one.mean(axis=0) for one in token_states(texts)])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    assert np.allclose(means, shipped_embedder().embed(texts), atol=1e-5)


def test_a_text_has_the_same_states_in_any_batch_and_is_cut():
    alone = token_states(["Is it old?"])[0]
    assert (token_states(["A much longer text.", "Is it old?"])[1] == alone).all()
    assert token_states(["word " * 100], most_tokens=7)[0].shape == (7, 384)
    assert token_states([]) == []
