"""Write the files of a judge, as `personae.encoders.labels` reads them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from attention import Layers

from personae.encoders.heads import shipped_embedder
from personae.encoders.labels import LABELS_FILE
from personae.recipes.head_files import write_head


def write_judge(
    out: Path, name: str, layers: Layers, labels: Sequence[str], read: Sequence[int], *,
    is_one: bool, thresholds: Sequence[float],
) -> int:  # fmt: skip
    """Write `head.json`, `labels.json` and `manifest.json`; gives the first's size in bytes."""
    told = {
        "labels": list(labels),
        "layers": list(read),
        "is_one": is_one,
        "thresholds": [float(one) for one in thresholds],
    }
    content = (json.dumps(told, indent=1) + "\n").encode()
    return write_head(out, name, layers, shipped_embedder().fingerprint, {LABELS_FILE: content})
