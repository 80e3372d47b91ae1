"""Vectors that a recipe computes piece by piece, kept in a file so that none is computed twice."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from personae.media.atomic_file import write_atomically

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from personae.encoders.types import Embedder

PIECE_TEXTS = 4_096


def kept_vectors(
    file: Path,
    texts: Iterable[str],
    embedder: Embedder,
    show: Callable[[int, int], None] = lambda done, of: None,
) -> dict[str, NDArray[np.float32]]:
    """The vector of each text; `file` (an .npz) has those that an earlier run computed.

    The file is of one embedder: with another, all are computed anew. `show` is told how many of how
    many are done.
    """
    import numpy as np

    known: dict[str, NDArray[np.float32]] = {}
    if file.exists():
        with np.load(file, allow_pickle=False) as stored:
            if str(stored["embedder"]) == embedder.fingerprint:
                texts_then = json.loads(stored["texts"].tobytes())
                known = dict(zip(texts_then, stored["vectors"], strict=True))
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    for start in range(0, len(missing), PIECE_TEXTS):
        piece = missing[start : start + PIECE_TEXTS]
        known |= dict(zip(piece, embedder.embed(piece), strict=True))
        content = io.BytesIO()
        # As JSON: numpy would give every text the room of the longest.
        shown = np.frombuffer(json.dumps(list(known)).encode(), dtype=np.uint8)
        np.savez(content, texts=shown, vectors=np.stack(list(known.values())),
                 embedder=np.array(embedder.fingerprint))  # fmt: skip
        write_atomically(file, content.getvalue())
        show(min(start + PIECE_TEXTS, len(missing)), len(missing))
    return known
