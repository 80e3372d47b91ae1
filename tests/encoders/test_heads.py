"""Heads on the embedder: read within limits, refused when damaged, exact arithmetic."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from personae.encoders.embedder import open_embedder
from personae.encoders.heads import embedder_of, open_head, sigmoid
from personae.errors import CapabilityError, EnvironmentFault, FormatError

EMBEDDER = "0123456789abcdef"


def packed(numbers) -> str:
    return base64.b64encode(np.array(numbers, dtype="<f4").tobytes()).decode()


def layer(weight, bias) -> dict:
    weight = np.array(weight)
    return {
        "inputs": weight.shape[0],
        "outputs": weight.shape[1],
        "weight": packed(weight),
        "bias": packed(bias),
    }


def write(folder: Path, layers: object, *, embedder: str = EMBEDDER) -> Path:
    folder.mkdir(exist_ok=True)
    content = json.dumps({"layers": layers}).encode()
    (folder / "head.json").write_bytes(content)
    manifest = {
        "name": "small",
        "embedder": embedder,
        "sha256": {"head.json": hashlib.sha256(content).hexdigest()},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


TWO = [layer([[1.0, -1.0], [2.0, 0.5]], [0.0, 1.0]), layer([[1.0], [10.0]], [0.25])]


def test_layers_are_applied_with_a_rectifier_between(tmp_path):
    head = open_head(write(tmp_path / "h", TWO), "head", inputs=2, outputs=1)
    # Hidden: (1·1 + 1·2, −1 + ½ + 1) = (3, ½); then (−1 − 2, 1 − ½ + 1), of which −3 becomes 0.
    assert head.apply(np.array([[1.0, 1.0], [-1.0, -1.0]])).tolist() == [[8.25], [15.25]]


def test_a_damaged_file_is_refused_with_a_remedy(tmp_path):
    folder = write(tmp_path / "h", TWO)
    (folder / "head.json").write_text("{}")
    with pytest.raises(EnvironmentFault, match="damaged"):
        open_head(folder, "head", inputs=2, outputs=1)
    (folder / "head.json").unlink()
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        open_head(folder, "head", inputs=2, outputs=1)


@pytest.mark.parametrize(
    ("layers", "fault"),
    [
        ([], "1 to 8 layers"),
        ("x", "1 to 8 layers"),
        ([5], "width"),
        ([{**TWO[0], "inputs": True}, TWO[1]], "width"),
        ([{**TWO[0], "inputs": 10**9}, TWO[1]], "width"),
        ([{**TWO[0], "weight": 5}, TWO[1]], "not base64"),
        ([{**TWO[0], "weight": "!"}, TWO[1]], "not base64"),
        ([{**TWO[0], "weight": packed([1.0])}, TWO[1]], "not 4 numbers"),
        ([{**TWO[0], "bias": packed([np.nan, 1])}, TWO[1]], "not finite"),
        ([TWO[1], TWO[0]], "does not turn 2 numbers into 1"),
        ([TWO[0]], "does not turn 2 numbers into 1"),
    ],
)
def test_what_is_no_head_of_that_shape_is_refused(tmp_path, layers, fault):
    with pytest.raises(FormatError, match=fault):
        open_head(write(tmp_path / "h", layers), "head", inputs=2, outputs=1)


def test_a_head_takes_the_given_embedder_or_opens_the_shipped_one(tmp_path, word_embedder):
    shipped = open_embedder()
    mine = open_head(
        write(tmp_path / "h", TWO, embedder=shipped.fingerprint), "head", inputs=2, outputs=1
    )
    assert embedder_of(mine, shipped) is shipped
    opened = embedder_of(mine, word_embedder)
    assert opened.fingerprint == shipped.fingerprint
    assert embedder_of(mine, None) is opened


def test_a_head_of_another_embedder_is_refused(tmp_path, word_embedder):
    head = open_head(write(tmp_path / "h", TWO), "head", inputs=2, outputs=1)
    with pytest.raises(CapabilityError, match="another embedder"):
        embedder_of(head, word_embedder)


def test_the_logistic_function_does_not_overflow():
    assert sigmoid(np.array([-1e6, 0.0, 1e6])).tolist() == [0.0, 0.5, 1.0]
