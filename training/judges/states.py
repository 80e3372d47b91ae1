"""States of the tokens of many texts, kept in a folder as half floats, so that a run resumes."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from personae.encoders.labels import DIMENSIONS, MOST_TOKENS
from personae.encoders.token_states import token_states
from personae.media.atomic_file import write_atomically

Array = NDArray[Any]
CHUNK = 2_000
SAMPLED = 4_000


@dataclass(frozen=True)
class States:
    """The states (tokens, width) of texts, one text after the other, in parts of `CHUNK` texts."""

    parts: list[Array]
    starts: list[int]  # within its part
    lengths: list[int]

    def of(self, row: int) -> Array:
        """(tokens, width) of one text, in half floats."""
        start = self.starts[row]
        return self.parts[row // CHUNK][start : start + self.lengths[row]]

    def batch(self, rows: Sequence[int]) -> Array:
        """(rows, tokens, width) in single floats, of texts with the same number of tokens."""
        return np.stack([self.of(row) for row in rows]).astype(np.float32)

    def means(self, rows: Sequence[int]) -> Array:
        """(rows, width): the mean of each text's states."""
        return np.stack([self.of(row).astype(np.float64).mean(axis=0) for row in rows])

    def vectors(self) -> Array:
        """(texts, 384): mean states of the last layer: the embedder's, but for the length."""
        return self.means(range(len(self.lengths)))[:, -DIMENSIONS:]

    def moments(self, rows: Sequence[int]) -> tuple[Array, Array]:
        """Mean and spread of each number over the tokens of (a sample of) the texts."""
        some = rows[:: max(1, len(rows) // SAMPLED)]
        tokens = np.concatenate([self.of(row) for row in some]).astype(np.float32)
        return tokens.mean(axis=0), np.maximum(tokens.std(axis=0), 0.1)


def states_of(texts: Sequence[str], layers: Sequence[int], kept: Path) -> States:
    """The states of the texts; what the folder `kept` has of them is not computed again."""
    kept.mkdir(parents=True, exist_ok=True)
    parts, starts, lengths = list[Array](), list[int](), list[int]()
    for start in range(0, len(texts), CHUNK):
        some = list(texts[start : start + CHUNK])
        key = hashlib.sha256(json.dumps([some, list(layers)]).encode()).hexdigest()[:24]
        file, sizes = kept / f"{key}.npy", kept / f"{key}.json"
        if not sizes.exists():
            found = token_states(some, MOST_TOKENS, layers)
            np.save(file, np.concatenate(found).astype(np.float16))
            write_atomically(sizes, json.dumps([len(one) for one in found]).encode())
            print(f"states of {start + len(some)} of {len(texts)} texts", file=sys.stderr)
        own = json.loads(sizes.read_text("utf-8"))
        parts.append(np.load(file, mmap_mode="r"))
        starts += [sum(own[:at]) for at in range(len(own))]
        lengths += own
    return States(parts, starts, lengths)
