"""Writing whole files or none."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from personae.errors import FormatError
from personae.media.atomic_file import write_atomically


def test_the_file_has_the_content_and_nothing_is_left_beside_it(tmp_path):
    target = tmp_path / "card.json"
    write_atomically(target, b"old")
    write_atomically(target, b"new")
    assert target.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_leaves_the_old_file_and_no_part_of_the_new_one(tmp_path, monkeypatch):
    target = tmp_path / "card.json"
    target.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FormatError, match="No space left on device"):
        write_atomically(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_missing_folder_is_one_sentence(tmp_path):
    with pytest.raises(FormatError, match="cannot be written: No such file"):
        write_atomically(tmp_path / "no" / "card.json", b"")


def test_a_link_keeps_pointing_at_its_file(tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert Path(real).read_bytes() == b"new"
