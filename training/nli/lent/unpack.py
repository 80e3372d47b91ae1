"""Unpack every FILE.xz of this folder beside itself, once: python unpack.py."""

from __future__ import annotations

import lzma
import shutil
from pathlib import Path


def main() -> None:
    """Write the files."""
    for packed in Path(__file__).parent.rglob("*.xz"):
        whole = packed.with_suffix("")
        if whole.exists():
            continue
        fresh = whole.with_name(f"{whole.name}.new")
        with lzma.open(packed) as source, fresh.open("wb") as out:
            shutil.copyfileobj(source, out)
        fresh.replace(whole)


if __name__ == "__main__":
    main()
