"""The training of INFO's poly-encoder: as many rows as fit a test."""

from __future__ import annotations

import numpy as np
import pytest

from personae import places
from personae.encoders.grounding import PolyHead, open_grounding, readings
from personae.encoders.heads import shipped_embedder
from personae.errors import EnvironmentFault
from personae.formats.focus import turns_of
from personae.formats.focus_making import made, source_of
from personae.formats.topics import read_topics
from personae.recipes import info as recipe


@pytest.fixture(scope="module")
def turns():
    source = source_of(read_topics(places.FILE), "train")
    return [turn for one in made(source, 3, 0) for turn in turns_of(one)]


def test_rows_hold_states_candidates_and_what_is_right(turns):
    rows = recipe.rows_of(recipe.knowledge_examples(turns), shipped_embedder())
    assert rows.right.sum(axis=1).tolist() == [1] * len(turns)
    assert rows.candidates.shape == (len(turns), 10, 384)
    assert not rows.behind[0].any()  # nothing was said before the first question
    assert rows.behind[1].any()
    used = recipe.rows_of(recipe.persona_examples(turns), shipped_embedder()).right
    assert used.sum() == sum(sum(turn.grounding) for turn in turns)


def test_without_torch_the_remedy_is_told(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(EnvironmentFault, match="personae"):
        recipe._need_torch()


def test_training_and_use_score_alike(turns):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    parts = recipe.start(16, -1.0)
    rows = recipe.rows_of(recipe.knowledge_examples(turns), shipped_embedder())
    trained = recipe.all_logits(parts, rows)
    arrays = {name: one.detach().numpy().astype(float) for name, one in parts.items()}
    scale, bias = arrays["scale"]
    head = PolyHead(arrays["codes"], arrays["behind"], arrays["read"], arrays["held"], scale, bias)
    for at, turn in enumerate(turns[:5]):
        reading = readings([(turn.question, turn.before)])[0]
        held = shipped_embedder().embed(list(turn.candidates)).astype(float)
        assert head.scores(reading, held) == pytest.approx(trained[at], abs=0.05)


def test_a_made_file_of_weights_is_read_and_the_same_seed_gives_the_same(tmp_path):
    pytest.importorskip("torch")
    for name in ("a", "b"):
        run = recipe.info(dialogues=8, epochs=1, wizard=False)
        artifact = run(tmp_path, tmp_path / name, lambda *_: None)
        assert 0 < artifact.facts["knowledge valid"] <= 1
    first, second = (open_grounding(tmp_path / name / "weights") for name in ("a", "b"))
    assert np.isfinite(first.knowledge.codes).all()
    assert first.fingerprint == second.fingerprint
