"""Damaged rows on disk are refused with the file's name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from personae.catalog import FOLDER, _read_systems
from personae.errors import FormatError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("S001", "S002"):
        shutil.copy(FOLDER / "systems" / f"{name}.yaml", tmp_path)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_two_rows_are_read_in_order(folder: Path) -> None:
    assert list(_read_systems(folder)) == ["S001", "S002"]


def test_a_row_whose_id_is_not_its_file_name_is_refused(folder: Path) -> None:
    edit(folder / "S002.yaml", "id: S002", "id: S003")
    with pytest.raises(FormatError, match=r"S002\.yaml: The id is 'S003'"):
        _read_systems(folder)


def test_two_rows_of_one_name_are_refused(folder: Path) -> None:
    edit(folder / "S002.yaml", "short_name: msdf", "short_name: sbs")
    with pytest.raises(FormatError, match=r"S002\.yaml: S001 is called 'sbs' already"):
        _read_systems(folder)


def test_a_row_with_a_wrong_field_names_file_and_field(folder: Path) -> None:
    edit(folder / "S001.yaml", "status: works", "status: done")
    with pytest.raises(FormatError, match=r"S001\.yaml: Not a valid System: status"):
        _read_systems(folder)


def test_a_row_that_is_no_map_is_refused(folder: Path) -> None:
    (folder / "S001.yaml").write_text("- S001\n")
    with pytest.raises(FormatError, match=r"S001\.yaml: Not a valid System"):
        _read_systems(folder)
