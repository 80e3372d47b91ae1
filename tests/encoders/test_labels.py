"""Heads whose labels attend to tokens: arithmetic, files within limits, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from personae.encoders.heads import shipped_embedder
from personae.encoders.labels import attended, open_labeller, passages
from personae.errors import CapabilityError, EnvironmentFault, FormatError, InvalidOption
from personae.recipes.head_files import write_head

NAMES = ("bright", "dark")
RIGHT = {"labels": list(NAMES), "layers": [6], "is_one": True, "thresholds": [0.5, 0.5]}


def write(folder: Path, told: object = RIGHT, *, inputs: int = 384, embedder: str = "") -> Path:
    """A head that looks at two of a state's numbers."""
    weight = np.zeros((inputs, 4))
    weight[0, 2], weight[1, 3] = 1.0, -1.0
    content = json.dumps(told).encode()
    stamp = embedder or shipped_embedder().fingerprint
    layers = [(weight, np.array([0.0, 0.0, 0.25, 0.0]))]
    write_head(folder, "small", layers, stamp, {"labels.json": content})
    return folder


def test_each_label_weighs_the_tokens_by_its_own_attention():
    seen = np.array([[0.0, 50.0, 3.0, 7.0], [0.0, 0.0, 5.0, 9.0]])
    # The first label attends alike: (3 + 5) / 2; the second only to the first token.
    assert attended(seen).tolist() == [4.0, 7.0]


def test_chances_of_one_label_add_up_and_a_batch_changes_nothing(tmp_path):
    judge = open_labeller(write(tmp_path / "h"), "judge", NAMES)
    texts = ["A bright day.", "", "It was a dark and stormy night; the rain fell in torrents."]
    together = judge.probabilities(texts)
    assert together.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    fresh = open_labeller(write(tmp_path / "again"), "judge", NAMES)
    assert [fresh.probabilities([text])[0].tolist() for text in texts] == together.tolist()
    assert judge.probabilities([]).shape == (0, 2)
    assert len(set(map(tuple, together.tolist()))) == 3


def test_any_number_of_labels_have_chances_of_their_own(tmp_path):
    one = open_labeller(write(tmp_path / "h", {**RIGHT, "is_one": False}), "judge", NAMES)
    expected = 1 / (1 + np.exp(-one.scores(["A bright day."])))
    assert one.probabilities(["A bright day."]) == pytest.approx(expected, abs=1e-5)


def test_one_text_is_refused(tmp_path):
    judge = open_labeller(write(tmp_path / "h"), "judge", NAMES)
    with pytest.raises(InvalidOption, match="list of texts"):
        judge.scores("A bright day.")


def test_a_changed_file_of_labels_is_damaged(tmp_path):
    folder = write(tmp_path / "h")
    (folder / "labels.json").write_text(json.dumps({**RIGHT, "is_one": False}))
    with pytest.raises(EnvironmentFault, match=r"labels\.json is damaged"):
        open_labeller(folder, "judge", NAMES)


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        ([], "not a JSON object"),
        ({**RIGHT, "labels": []}, "'labels' is no list"),
        ({**RIGHT, "labels": ["dark", "bright"]}, "not bright, dark"),
        ({**RIGHT, "labels": ["x" * 101, "dark"]}, "a value that it may not have"),
        ({**RIGHT, "layers": [7]}, "a value that it may not have"),
        ({**RIGHT, "layers": [True]}, "a value that it may not have"),
        ({**RIGHT, "layers": [5, 6]}, "does not turn 768 numbers"),
        ({**RIGHT, "thresholds": [0.5]}, "one threshold a label"),
        ({**RIGHT, "thresholds": [0.5, 2.0]}, "a value that it may not have"),
        ({**RIGHT, "is_one": "yes"}, "'is_one'"),
    ],
)
def test_labels_that_do_not_fit_are_refused(tmp_path, told, fault):
    with pytest.raises(FormatError, match=fault):
        open_labeller(write(tmp_path / "h", told), "judge", NAMES)


def test_a_head_of_another_embedder_is_refused(tmp_path):
    with pytest.raises(CapabilityError, match="another embedder"):
        open_labeller(write(tmp_path / "h", embedder="other"), "judge", NAMES)


def test_a_manifest_that_names_no_labels_is_refused(tmp_path):
    folder = write(tmp_path / "h")
    manifest = json.loads((folder / "manifest.json").read_text())
    del manifest["sha256"]["labels.json"]
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(EnvironmentFault, match="damaged"):
        open_labeller(folder, "judge", NAMES)


def test_passages_keep_sentences_whole_and_go_up_to_the_limit():
    text = "One two three. Four five. Six seven eight nine ten eleven. Twelve."
    assert passages(text, 5) == [
        "One two three. Four five.", "Six seven eight nine ten eleven.", "Twelve."
    ]  # fmt: skip
    assert passages("  ", 5) == []


def test_weights_are_what_the_file_says(tmp_path):
    head = json.loads((write(tmp_path / "h") / "head.json").read_text())["layers"][0]
    bias = np.frombuffer(base64.b64decode(head["bias"]), dtype="<f4")
    assert bias.tolist() == [0.0, 0.0, 0.25, 0.0]
    digest = hashlib.sha256((tmp_path / "h" / "head.json").read_bytes()).hexdigest()
    manifest = json.loads((tmp_path / "h" / "manifest.json").read_text())
    assert manifest["sha256"]["head.json"] == digest
