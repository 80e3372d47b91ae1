"""The recipe of the out-of-bounds classifier, on models that can be worked out by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from personae.encoders import embedder as embedder_module
from personae.encoders import nli as nli_module
from personae.encoders.heads import shipped_embedder
from personae.errors import InvalidOption
from personae.formats.role_turns import LabelledTurn
from personae.recipes import role_bounds as recipe_module
from personae.recipes.role_bounds import Part, fit, labelled_files, measured, role_bounds

GOOD = ("How did you sleep?", "Have you eaten?", "That sounds nice.", "Please see your doctor.")
BAD = ("I ate soup.", "I will visit you.", "I have a husband.", "My back hurts.")


def contrast(number, part):
    suffix = f" {number}"
    return {
        "id": f"g{number}", "part": part, "before": [["user", f"Hello{suffix}"]],
        "in_bounds": [text + suffix for text in GOOD],
        "out_of_bounds": [["identity", text + suffix] for text in BAD],
    }  # fmt: skip


@pytest.fixture
def trained(tmp_path, monkeypatch, word_embedder, word_nli):
    """Trains on a file of turns, and gives the artifact."""
    shipped_embedder()  # the selection head's, opened before the other takes its place
    monkeypatch.setattr(embedder_module, "open_embedder", lambda: word_embedder)
    monkeypatch.setattr(nli_module, "open_nli", lambda: word_nli)
    monkeypatch.setattr(recipe_module, "_simple_scores", lambda role: {"length": len_of})

    def train(rows, **options):
        file = tmp_path / "turns.jsonl"
        file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        made = role_bounds(labelled=str(file), **options)
        return made(tmp_path, tmp_path / "work", lambda *_: None, True)

    return train


def len_of(x):
    return x.sum(axis=1)


def test_it_learns_what_is_learnable_and_measures_the_held_out_part(trained):
    rows = [contrast(n, "test" if n % 3 == 0 else "train") for n in range(12)]
    artifact = trained(rows)
    test = artifact.facts["test"]
    assert test["turns"] == 4 * 8
    assert test["AUROC"] > 0.95
    assert test["F1"] > 0.9
    assert set(test["baselines"]) == {"all out of bounds", "length"}
    assert test["baselines"]["all out of bounds"]["F1"] == pytest.approx(0.667)
    assert test["recall by category"]["policy"] is None
    files = {file.name for file in artifact.folder.iterdir()}
    assert files == {"head.json", "manifest.json", "bounds.json", "selector.json", "facts.json"}
    assert artifact.facts["selector"]["test"]["replies"] == 4 * 4
    assert json.loads((artifact.folder / "bounds.json").read_text())["nli"] == "word-nli"


def test_without_named_parts_every_third_group_is_held_out(trained):
    artifact = trained([contrast(n, "") for n in range(12)])
    assert artifact.facts["test"]["turns"] == 4 * 8
    assert artifact.facts["cross-validated"]["turns"] == 8 * 8


def test_the_likelihood_of_a_model_is_a_baseline_where_one_is_named(trained):
    rows = [contrast(n, "test" if n % 3 == 0 else "train") for n in range(6)]
    artifact = trained(rows, lm="scripted")
    assert "unlikely to scripted" in artifact.facts["test"]["baselines"]


def test_a_part_with_one_side_is_refused(trained):
    rows = [contrast(n, "train") for n in range(3)] + [contrast(9, "test") | {"in_bounds": []}]
    with pytest.raises(InvalidOption, match="test part has 4 turns out of bounds and 0 in"):
        trained(rows)
    with pytest.raises(InvalidOption, match="No labelled turns ship"):
        labelled_files("mine.yaml", "")


def test_threshold_and_penalty_come_from_held_out_folds():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 40))
    out = x[:, 0] + 0.3 * rng.normal(size=80) > 0
    turns = tuple(LabelledTurn(f"g{n // 4}", (), "x", bool(side)) for n, side in enumerate(out))
    nothing = Part((), np.zeros((0, 40)), np.zeros(0, dtype=bool))
    fitted = fit(Part(turns, x, out), nothing, 5, 0)
    assert fitted.facts["penalty"] in recipe_module.PENALTIES
    held = fitted.facts["cross-validated"]
    seen = measured(fitted, Part(turns, x, out))
    assert held["AUROC"] < seen["AUROC"] <= 1
    assert held["AUROC"] > 0.8
