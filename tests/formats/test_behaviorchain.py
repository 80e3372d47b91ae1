"""BehaviorChain books: the published shape, round trips, and what is no chain."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.formats.behaviorchain import (
    BehaviorChain,
    Node,
    Profile,
    read_chains,
    write_chains,
)

ASKED = "After this or in response to this, what behavior did Ana take?"
BOOK = {
    "title": "B",
    "author": "C",
    "profile": {
        "Name": "Ana", "Personality Traits": ["Ana is kind."], "Motivations and Goals": [],
        "Significant Background Events": ["She fell."], "Relationships": {"Bo": "her brother"},
        "Additional Details": {"age": 7},
    },
    "max_index": 2, "chapters_len": 4, "summary_len": 3,
    "summary": [{"chapter_content": f"Chapter {n}\nSummary: Part {n}."} for n in range(3)],
    "examples": [
        {"summary_refined": "Never asked.", "key_behavior": "x"},
        {
            "summary_refined": f"It rains. {ASKED}", "key_behavior": "Ana walks.",
            "options_out_of_order": {"a": "Ana weeps.", "b": "Ana walks.", "c": "c", "d": "d"},
            "right_option_index": "b",
        },
    ],
}  # fmt: skip


def written(tmp_path, value):
    file = tmp_path / "book.json"
    file.write_text(json.dumps(value))
    return file


def test_a_published_book_is_read_without_its_first_example_and_its_later_chapters(tmp_path):
    (one,) = read_chains(written(tmp_path, BOOK))
    # Two chapters before the chain, less the one whose summary is missing.
    assert one.history == ("Part 0.",)
    assert one.nodes == (Node("It rains.", ("Ana weeps.", "Ana walks.", "c", "d"), 1),)
    assert one.nodes[0].behavior == "Ana walks."
    assert one.profile.lines == ("Ana is kind.", "She fell.", "Bo: her brother", "age: 7")
    assert one.profile.names == ("Ana", "Bo")


def test_what_is_written_is_read_again(tmp_path):
    chain = BehaviorChain(
        "T", Profile("Ana", ("Kind.",), relationships=(("Bo", ""),)), ("Before.",),
        (Node("It rains.", ("a", "b", "c", "d"), 3), Node("Sun.", ("a", "b", "c", "d"), 0)),
    )  # fmt: skip
    file = tmp_path / "chains.jsonl"
    assert write_chains([chain, chain], file) == 2
    assert list(read_chains(file)) == [chain, chain]


@pytest.mark.parametrize("mark", ["\u2028", "\x85"])
def test_a_mark_that_python_takes_for_a_line_end_ends_no_line(tmp_path, mark):
    chain = BehaviorChain(
        "T", Profile("Ana"), (), (Node(f"It{mark}rains.", ("a", "b", "c", "d"), 0),)
    )  # fmt: skip
    file = tmp_path / "chains.jsonl"
    write_chains([chain, chain], file)
    assert list(read_chains(file)) == [chain, chain]


@pytest.mark.parametrize("text", ["", "[]"])
def test_a_file_without_a_book_is_refused(tmp_path, text):
    file = tmp_path / "book.json"
    file.write_text(text)
    with pytest.raises(FormatError, match="no book"):
        list(read_chains(file))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"examples": []}, "no example after the first"),
        ({"examples": [{}, {**BOOK["examples"][1], "right_option_index": "e"}]}, "none of a, b"),
        ({"examples": [{}, {"right_option_index": "a"}]}, "'a' is missing"),
        ({"profile": {}}, "'Name' is missing"),
    ],
)
def test_what_is_no_chain_is_one_sentence(tmp_path, change, fault):
    with pytest.raises(FormatError, match=fault):
        list(read_chains(written(tmp_path, {**BOOK, **change})))


@settings(max_examples=50)
@given(st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(
    st.sampled_from(["profile", "examples", "Name", "summary"]), x)))  # fmt: skip
def test_any_json_is_chains_or_a_format_error(tmp_path_factory, value):
    file = tmp_path_factory.mktemp("any") / "x.json"
    file.write_text(json.dumps(value))
    try:
        assert all(isinstance(one, BehaviorChain) for one in read_chains(file))
    except FormatError as error:
        said = str(error)
    else:
        said = str(file)
    assert str(file) in said
