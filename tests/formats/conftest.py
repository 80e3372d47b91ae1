"""What the tests of formats share: writing a file, and reading it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def make_file(tmp_path: Path) -> Callable[..., Path]:
    """Write text, bytes, or a JSON value (`as_lines`: one item a line) to a file of that name."""

    def make(name: str, content: Any, *, as_lines: bool = False) -> Path:
        file = tmp_path / name
        if as_lines:
            content = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in content)
        elif not isinstance(content, str | bytes):
            content = json.dumps(content, ensure_ascii=False)
        file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return file

    return make
