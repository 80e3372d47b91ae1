"""The files of a small head, as `encoders.heads` reads them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from personae.media.atomic_file import write_atomically

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Layers: TypeAlias = Sequence[tuple[NDArray[Any], NDArray[Any]]]


def write_head(
    out: Path, name: str, layers: Layers, embedder: str, beside: Mapping[str, bytes] | None = None
) -> int:
    """Write `head.json` and `manifest.json` into the folder; gives the first's size in bytes.

    `embedder` is the fingerprint of the one whose vectors the head was trained on. Files that are
    given `beside` are written too, and the manifest has their hashes.
    """
    described = [
        {
            "inputs": int(weight.shape[0]),
            "outputs": int(weight.shape[1]),
            "weight": _encoded(weight),
            "bias": _encoded(bias),
        }
        for weight, bias in layers
    ]
    content = (json.dumps({"layers": described}) + "\n").encode()
    out.mkdir(parents=True, exist_ok=True)
    files = {"head.json": content, **(beside or {})}
    for file, written in files.items():
        write_atomically(out / file, written)
    manifest = {
        "name": name,
        "embedder": embedder,
        "sha256": {file: hashlib.sha256(each).hexdigest() for file, each in files.items()},
    }
    write_atomically(out / "manifest.json", (json.dumps(manifest, indent=2) + "\n").encode())
    return len(content)


def _encoded(numbers: NDArray[Any]) -> str:
    import numpy as np

    return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f4").tobytes()).decode()
