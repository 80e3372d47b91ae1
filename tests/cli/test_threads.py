"""`personae data make threads`."""

from __future__ import annotations

import pytest

from personae.cli.app import run
from personae.formats.threads import read_threads


def personae(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        run([str(word) for word in words])
    return caught.value.code or 0


def test_threads_are_made_and_not_replaced_unasked(tmp_path, capsys):
    out = tmp_path / "threads.json"
    assert personae("data", "make", "threads", "--out", out, "--n", "7") == 0
    first = out.read_bytes()
    assert len(list(read_threads(out))) == 7
    assert personae("data", "make", "threads", "--out", out, "--n", "7") == 2
    assert "Pass --force" in capsys.readouterr().err
    assert personae("data", "make", "threads", "--out", out, "--n", "7", "--force", "--json") == 0
    assert out.read_bytes() == first
