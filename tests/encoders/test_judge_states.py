"""States of the tuned layers beside those of the embedder."""

from __future__ import annotations

import json

import numpy as np
import pytest

from personae.encoders import judge_states as module
from personae.encoders.judge_states import TUNED, judge_states
from personae.encoders.token_states import token_states
from personae.errors import CapabilityError

TEXTS = ["Is it old?", "The tower was raised in 1841, after a storm.", "Is it old?"]


def test_the_embedders_layers_are_left_as_they_are():
    both = judge_states(TEXTS, 64, (4, TUNED))
    for one, plain in zip(both, token_states(TEXTS, 64, (4,)), strict=True):
        assert one.shape == (len(plain), 768)
        assert (one[:, :384] == plain).all()


def test_the_tuned_layer_is_another_than_the_embedders_last_and_alike_in_any_batch():
    tuned = judge_states(TEXTS, 64, (TUNED,))
    alone = judge_states(TEXTS[:1], 64, (TUNED,))[0]
    assert (tuned[0] == alone).all()
    assert (tuned[2] == alone).all()
    last = token_states(TEXTS[:1], 64, (6,))[0]
    assert np.abs(alone - last).mean() > 0.05
    assert judge_states([], 64, (TUNED,)) == []


def test_layers_tuned_on_another_embedder_are_refused(tmp_path, monkeypatch):
    told = json.loads((module.SHIPPED / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps({**told, "embedder": "0" * 64}))
    monkeypatch.setattr(module, "SHIPPED", tmp_path)
    module._opened.cache_clear()
    with pytest.raises(CapabilityError, match="another embedder"):
        judge_states(TEXTS, 64, (TUNED,))
    module._opened.cache_clear()
