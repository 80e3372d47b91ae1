"""Tests of personae.text.parsing."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.text import parsing
from personae.text.parsing import (
    MAX_DEPTH,
    Place,
    Record,
    decode,
    dump_json,
    head_keys,
    is_deeper,
    json_lines,
    json_records,
    json_values,
    lines,
    parse_json,
    read_text,
)

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def write(tmp_path: Path):
    def write_file(content: str | bytes) -> Path:
        file = tmp_path / "file.json"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    return write_file


@settings(max_examples=50, deadline=None)
@given(json_value)
def test_json_that_was_dumped_parses_to_the_same_value(value):
    assert parse_json(dump_json(value), Place()) == value


@settings(max_examples=50, deadline=None)
@given(st.lists(json_value, max_size=4), st.sampled_from([None, 1, 2]))
def test_an_array_is_given_element_by_element(tmp_path_factory, values, indent):
    file = tmp_path_factory.getbasetemp() / "array.json"
    file.write_text(json.dumps(values, indent=indent), encoding="utf-8")
    assert [value for _, value in json_values(file)] == values


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_either_parse_or_raise_a_format_error(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "bytes.json"
    file.write_bytes(content)
    for read in (json_values, json_lines, json_records, lines):
        with suppress(FormatError):
            list(read(file))
    head_keys(content)


def test_elements_are_placed_on_their_lines(write):
    file = write('[\n {"a":\n 1},\n\n {"b": 2}\n]')
    assert [(place.line, value) for place, value in json_values(file)] == [
        (2, {"a": 1}),
        (5, {"b": 2}),
    ]


@pytest.mark.parametrize(
    ("content", "line", "reason"),
    [
        ('[\n{"a": 1},\n{"a": ]', 3, "expecting value"),
        ('[\n{"a": 1}\n', 3, "without ']'"),
        ("[1] x", 1, "after the JSON array"),
        ('[\n\n"caf\\ud83d"]', 3, "surrogate"),
        ("[NaN]", 1, "NaN"),
        ("[1e999]", 1, "too large"),
        ("[" + "9" * 5000 + "]", 1, "limit"),
        ('[\n"a",\n"b\x01"]', 3, "control character"),
    ],
)
def test_broken_json_is_refused_with_its_line(write, content, line, reason):
    with pytest.raises(FormatError, match=reason) as caught:
        list(json_values(write(content)))
    assert caught.value.line == line


def test_bytes_that_are_not_utf8_are_refused_with_their_line(write):
    file = write(b'{"a": 1}\n{"a": "caf\xe9"}\n')
    with pytest.raises(FormatError, match="0xe9") as caught:
        list(json_lines(file))
    assert caught.value.line == 2
    with pytest.raises(FormatError, match="0xe9") as caught:
        read_text(file)
    assert caught.value.line == 2


def test_a_byte_order_mark_is_dropped():
    assert decode(b"\xef\xbb\xbfhi", Place()) == "hi"


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 5000, 200_000])
def test_deep_nesting_is_refused(write, depth):
    with pytest.raises(FormatError, match="deeper than 64"):
        list(json_values(write("[" + "[" * depth + "]" * depth + "]")))
    with pytest.raises(FormatError, match="deeper than 64"):
        list(json_lines(write('{"a":' * depth + "1" + "}" * depth)))


def test_depth_is_counted_in_nested_lists_and_objects():
    assert not is_deeper("text", 0)
    assert is_deeper([], 0)
    assert not is_deeper([{"a": "b"}], 2)
    assert is_deeper([{"a": []}], 2)


def test_files_and_lines_over_the_limit_are_refused(write):
    file = write("short\n" + "x" * 100 + "\n")
    with pytest.raises(FormatError, match="larger than 50 bytes"):
        read_text(file, 50)
    with pytest.raises(FormatError, match="longer than 50 bytes") as caught:
        list(lines(file, 50))
    assert caught.value.line == 2


def test_a_file_at_the_limit_is_read(write):
    assert read_text(write("x" * 50), 50) == "x" * 50
    assert len(list(lines(write("x" * 49 + "\n"), 50))) == 1


def test_missing_files_and_folders_are_format_errors(tmp_path):
    with pytest.raises(FormatError, match="no such file"):
        read_text(tmp_path / "nothing")
    with pytest.raises(FormatError, match="a folder"):
        list(lines(tmp_path))


def test_lines_split_on_line_feeds_alone(write):
    file = write("a\u2028b\r\nc\x0bd\n")
    assert [text for _, text in lines(file)] == ["a\u2028b", "c\x0bd"]


@pytest.mark.parametrize(
    "content",
    ['{"a": 1}\n\n{"a": 2}\n', '[{"a": 1}, {"a": 2}]', '{"a":\n1}\n{"a":\n2}'],
)
def test_records_come_from_lines_arrays_and_pretty_objects(write, content):
    assert [record.fields for record in json_records(write(content))] == [{"a": 1}, {"a": 2}]


def test_records_that_are_no_objects_are_refused(write):
    with pytest.raises(FormatError, match="a number, not an object") as caught:
        list(json_records(write('{"a": 1}\n7')))
    assert caught.value.line == 2


def test_fields_are_typed():
    record = Record({"t": "x", "n": 1, "l": ["a"], "p": [["a", "b"]], "bad": ["a", 2]}, Place())
    assert record.text("t") == "x"
    assert record.text("none", "default") == "default"
    assert record.texts("l") == ("a",)
    assert record.pairs("p") == [("a", "b")]
    assert record.rest("t", "n", "p", "bad") == {"l": ["a"]}
    for wrong, reason in [
        (lambda: record.text("n"), "'n' is a number; it must be a string"),
        (lambda: record.text("gone"), "'gone' is missing"),
        (lambda: record.texts("bad"), "'bad' holds a number"),
        (lambda: record.items("t"), "'t' is a string; it must be a list"),
        (lambda: record.pairs("l"), "list of pairs"),
        (lambda: record.records("l"), "is a string, not an object"),
        (lambda: record.record("l"), "is a list, not an object"),
    ]:
        with pytest.raises(FormatError, match=reason):
            wrong()


def test_head_keys_are_those_of_the_first_record_even_when_it_is_cut():
    assert head_keys(b'[{"a": 1, "b": {"c": 2}}, {"d": 3}]') == {"a", "b"}
    assert head_keys(b'{"a": 1}\n{"b": 2}') == {"a"}
    assert head_keys(b'[{"a": 1, "b": ["x') == {"a", "b"}
    assert head_keys(b"a: 1") == frozenset()


def test_values_that_json_lacks_are_not_written():
    with pytest.raises(FormatError):
        dump_json({"a": float("nan")})
    with pytest.raises(FormatError):
        dump_json("\ud83d")
    assert parsing.kind_of(True) == "true or false"
