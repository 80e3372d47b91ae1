"""The file of an approximate index: usearch's own, and the ids of its rows behind it.

    8 bytes         number of rows, bytes a row
    rows            each vector in int8, in the order in which they were added
    usearch's part  head and graph
    rows            8 bytes each: the id of the row, rising
    8 bytes         how often rows were removed from the collection when the file was last erased

The rows stand first and apart, so that one can be overwritten in place where its vector is erased.
usearch 2.26 (Apache-2.0; Malkov and Yashunin 2018, HNSW) is pinned for this layout; a file that is
not so is not written, and not read.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]

# Chosen in benchmarks/memory_scale.py: int8 costs no recall where the best are scored anew from
# the database, and is four times as small and five times as fast to build as float32.
CONNECTIVITY = 16
EXPANSION_ADD = 64
EXPANSION_SEARCH = 640
_HEAD_BYTES = 8
_FOOT_BYTES = 8
_BLOCK_BYTES = 1 << 22


def new_index(dimensions: int) -> Any:
    """An empty index of cosines."""
    # onnxruntime 1.32 crashes where it is loaded after usearch 2.26, which brings a libstdc++.
    import onnxruntime  # noqa: F401
    from usearch.index import Index

    return Index(
        ndim=dimensions,
        metric="cos",
        dtype="i8",
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        expansion_search=EXPANSION_SEARCH,
        enable_key_lookups=False,
    )


def write_index(index: Any, ids: Ids, removals: int, path: Path) -> int:
    """Write index and ids; returns the checksum. Raises OSError, also where the layout differs."""
    index.save(str(path))
    with path.open("ab") as file:
        file.write(ids.astype("<i8").tobytes())
        file.write(removals.to_bytes(_FOOT_BYTES, "little"))
        file.flush()
        os.fsync(file.fileno())
    rows, width = _shape(path)
    if (rows, width) != (len(ids), index.ndim):
        raise OSError(f"usearch wrote {rows} rows of {width} bytes, not {len(ids)}.")
    return _checksum(path, rows, width)


def view_index(
    path: Path, dimensions: int, rows: int, removals: int, checksum: int
) -> Any | None:  # fmt: skip
    """The index, mapped and not read; None where the file is missing or not what was written.

    A graph that was changed could lead usearch anywhere, so it is checked. Rows may have been
    erased, but not other ones than the database says (it was restored from a copy, say).
    """
    try:
        if _shape(path) != (rows, dimensions) or _removals(path) != removals:
            return None
        if _checksum(path, rows, dimensions) != checksum:
            return None
        index = new_index(dimensions)
        index.view(str(path))
    except (OSError, RuntimeError, ValueError):
        return None
    return index if len(index) == rows else None


def load_index(
    path: Path, dimensions: int, rows: int, removals: int, checksum: int
) -> Any | None:  # fmt: skip
    """The index read into memory, to be added to; None as above."""
    if view_index(path, dimensions, rows, removals, checksum) is None:
        return None
    try:
        index = new_index(dimensions)
        index.load(str(path))
    except (OSError, RuntimeError, ValueError):
        return None
    index.expansion_add = EXPANSION_ADD
    return index


def ids_of(path: Path, rows: int) -> Ids:
    """The ids of the rows, rising. Raises OSError."""
    import numpy as np

    with path.open("rb") as file:
        file.seek(-8 * rows - _FOOT_BYTES, os.SEEK_END)
        return np.frombuffer(file.read(8 * rows), "<i8").astype(np.int64)


def erase_rows(path: Path, places: Ids, dimensions: int, removals: int) -> None:
    """Overwrite rows with zeros, on the disk too when this returns. Raises OSError."""
    with path.open("r+b") as file:
        for place in places.tolist():
            file.seek(_HEAD_BYTES + place * dimensions)
            file.write(bytes(dimensions))
        file.seek(-_FOOT_BYTES, os.SEEK_END)
        file.write(removals.to_bytes(_FOOT_BYTES, "little"))
        file.flush()
        os.fsync(file.fileno())


def _shape(path: Path) -> tuple[int, int]:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    return int.from_bytes(head[:4], "little"), int.from_bytes(head[4:], "little")


def _removals(path: Path) -> int:
    with path.open("rb") as file:
        file.seek(-_FOOT_BYTES, os.SEEK_END)
        return int.from_bytes(file.read(), "little")


def _checksum(path: Path, rows: int, width: int) -> int:
    """Of everything but the rows and the foot, which erasing changes."""
    start = _HEAD_BYTES + rows * width
    left = path.stat().st_size - _FOOT_BYTES - start
    value = 0
    with path.open("rb") as file:
        file.seek(start)
        while left > 0 and (block := file.read(min(left, _BLOCK_BYTES))):
            value = zlib.crc32(block, value)
            left -= len(block)
    return value
