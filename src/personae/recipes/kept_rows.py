"""Rows that a recipe makes block by block, kept in a file so that no block is made twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from personae.media.atomic_file import write_atomically

B = TypeVar("B")


def kept_rows(
    file: Path, blocks: Sequence[B], make: Callable[[B], Iterable[Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """The rows that `make` gives for all blocks, as JSON lines in `file`, in order.

    A note beside the file says how many blocks are done, how long the file is then, and how many
    blocks there are: what an interruption left after that is cut off, and the block is made again.
    """
    note = file.with_suffix(".done")
    done, size = json.loads(note.read_text("utf-8"))[:2] if note.exists() else (0, 0)
    with file.open("ab") as out:
        out.truncate(size)
        for number, block in enumerate(blocks[done:], done + 1):
            lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in make(block)]
            out.write("".join(lines).encode())
            out.flush()
            size += sum(len(line.encode()) for line in lines)
            write_atomically(note, json.dumps([number, size, len(blocks)]).encode())
    return _rows(file)


def whole_rows(file: Path) -> list[dict[str, Any]] | None:
    """What `kept_rows` kept, if all of its blocks are done: what they are made of is not needed."""
    note = file.with_suffix(".done")
    done, _, *of = json.loads(note.read_text("utf-8")) if note.exists() else (0, 0)
    return _rows(file) if of == [done] else None


def _rows(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").split("\n") if line]
