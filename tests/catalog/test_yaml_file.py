"""Reading small YAML files from anybody."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from personae.catalog.yaml_file import MAX_BYTES, parse_yaml, read_yaml
from personae.errors import FormatError

FILE = Path("row.yaml")


def test_maps_lists_and_scalars_come_back_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "row.yaml"
    file.write_text("id: S001\nkind: [method, study]\nyear: 2021\ntitle: >-\n  two\n  lines\n")
    assert read_yaml(file) == {
        "id": "S001",
        "kind": ["method", "study"],
        "year": 2021,
        "title": "two lines",
    }


def test_a_fault_is_named_with_file_and_line() -> None:
    with pytest.raises(FormatError, match=r"row\.yaml, line 2: This is not YAML"):
        parse_yaml("id: S001\n\tkind: method\n", FILE)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: &x 1\n", "Anchors"),
        ("a: &x [1]\nb: *x\n", "Anchors"),
        ("a: !!python/object:os.system {}\n", "Tags"),
        ("a: !!timestamp nonsense\n", "Tags"),
        ("[" * 40, "nested"),
        ("- " * 5000, "nested"),
        ("? " * 5000, "nested"),
        ("a: 2020-13-45\n", "not YAML"),
        ("a: " + "9" * 6000, "not YAML"),
        ("a: b: c\n", "not YAML"),
        ("? [a]\n: b\n", "not YAML"),
        ("a: \x07\n", "not YAML"),
    ],
)
def test_what_is_no_plain_small_tree_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        parse_yaml(text, FILE)


def test_a_file_that_is_too_large_is_not_parsed(tmp_path: Path) -> None:
    file = tmp_path / "row.yaml"
    file.write_text("a: " + "x" * MAX_BYTES)
    with pytest.raises(FormatError, match="larger than"):
        read_yaml(file)


def test_bytes_that_are_no_text_are_named_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "row.yaml"
    file.write_bytes(b"id: S001\ntitle: \xff\xfe\n")
    with pytest.raises(FormatError, match="line 2: It is not UTF-8"):
        read_yaml(file)


def test_a_missing_file_is_a_format_error(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        read_yaml(tmp_path / "absent.yaml")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-?![]{}&*#|>%@'\"\\\n \t\x000129.,<=~é"), max_size=80))
@example("!!int ''")
@example("!!bool x")
@example("<<: 3")
@example("=")
@example("- - - [{a: &b")
def test_any_text_is_a_value_or_a_format_error(text: str) -> None:
    with contextlib.suppress(FormatError):
        parse_yaml(text, FILE)
