"""Stand-alone lorebooks."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from personae.data import Lorebook, LoreEntry
from personae.errors import FormatError
from personae.formats import lorebook
from personae.formats.lorebook import book_from_lorebook, lorebook_from_book, without_decorators

ENTRY = {
    "keys": ["Volt"], "content": "@@risu 4\n@@@depth 2\n\nA cat.", "extensions": {"x": [1]},
    "enabled": True, "insertion_order": 10, "use_regex": False, "id": 0, "x_new": {"y": None},
}  # fmt: skip
BOOK = {"name": "B", "scan_depth": -1, "entries": [ENTRY], "extensions": {"e": 1}, "x_book": 2}
WORLD = {
    "entries": {
        "0": {"uid": 0, "key": ["Volt"], "keysecondary": ["cat"], "comment": "c", "order": 7,
              "content": "A cat.", "constant": False, "selective": True, "selectiveLogic": 3,
              "position": 4, "depth": 2, "role": 1, "disable": False, "probability": 50,
              "useProbability": True, "caseSensitive": None, "excludeRecursion": True, "new": 1},
        "1": {"uid": 1, "key": [], "content": "x", "disable": True, "position": 1},
    }
}  # fmt: skip


def read(file) -> Lorebook:
    (book,) = lorebook.read(file)
    return book


def test_all_shapes_of_a_book_are_read(make_file):
    for content in (BOOK, {"spec": "lorebook_v3", "data": BOOK}):
        file = make_file("a.json", content)
        assert lorebook.detects(file.read_bytes(), file)
        (entry,) = read(file).entries
        assert (entry.keys, entry.content, entry.id) == (("Volt",), "A cat.", "0")
        assert entry.decorators == (("depth", "2"),)


def test_what_is_written_has_every_key_that_was_read(make_file, tmp_path):
    book = read(make_file("a.json", BOOK))
    lorebook.write([book], tmp_path / "b.json")
    written = json.loads((tmp_path / "b.json").read_text())
    assert written["spec"] == "lorebook_v3"
    assert {key: written["data"][key] for key in ("name", "extensions", "x_book")} == {
        "name": "B", "extensions": {"e": 1}, "x_book": 2,
    }  # fmt: skip
    assert written["data"]["entries"][0].items() >= ENTRY.items()
    assert read(tmp_path / "b.json") == book


def test_changed_decorators_are_written_as_they_are_now():
    faults: list[str] = []
    book = lorebook_from_book(BOOK, "", faults)
    (entry,) = book.entries
    changed = entry.model_copy(update={"decorators": (("depth", "9"),)})
    again = book_from_lorebook(book.model_copy(update={"entries": (changed,)}))
    assert again["entries"][0]["content"] == "@@depth 9\nA cat."
    assert faults == []


def test_world_info_of_sillytavern_is_understood(make_file):
    first, second = read(make_file("a.json", WORLD)).entries
    assert (first.keys, first.secondary_keys, first.insertion_order) == (("Volt",), ("cat",), 7)
    assert first.selective
    assert first.extensions["selectiveLogic"] == 3
    assert (first.extensions["position"], first.extensions["depth"]) == (4, 2)
    assert first.extensions["exclude_recursion"] is True
    assert first.extensions["personae:unknown"] == {"new": 1}
    assert (second.enabled, second.position) == (False, "after_char")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NUMBER = st.integers(-99, 99)


def is_first_line_content(text):
    """A blank line after decorators is theirs: kept for the export, not in the entry."""
    return bool(text.split("\n")[0].strip()) and not text.lstrip().startswith("@@")


ENTRIES = st.builds(
    LoreEntry, content=TEXT.filter(lambda text: not text or is_first_line_content(text)),
    keys=st.lists(TEXT, max_size=2).map(tuple),
    secondary_keys=st.lists(TEXT, max_size=2).map(tuple),
    name=TEXT, comment=TEXT, id=TEXT | NUMBER.map(str), enabled=st.booleans(),
    constant=st.booleans(), selective=st.booleans(), use_regex=st.booleans(),
    case_sensitive=st.booleans(), insertion_order=NUMBER | st.floats(-9, 9), priority=NUMBER,
    position=st.sampled_from(["before_char", "after_char"]),
    decorators=st.lists(st.sampled_from([("depth", "2"), ("mine", "x y"), ("activate", "")]),
                        max_size=2).map(tuple),
)  # fmt: skip


@settings(deadline=None)
@given(
    st.builds(
        Lorebook,
        entries=st.lists(ENTRIES, max_size=3).map(tuple),
        name=TEXT,
        scan_depth=st.none() | st.integers(0, 9),
        recursive_scanning=st.booleans(),
    )
)
def test_any_lorebook_round_trips(book):
    faults: list[str] = []
    assert lorebook_from_book(json.loads(json.dumps(book_from_lorebook(book))), "", faults) == book
    assert faults == []


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"entries": [1]}, r"entries\[0\] must be an object"), ([], "not a lorebook"),
        ({"entries": "x"}, "not a lorebook"), ({"entries": [{"keys": 1}]}, r"\.keys must be"),
        ({"entries": [{"content": []}]}, "content must be text"),
        ({"entries": {"0": 3}}, "must be an object"),
        ({"entries": [{}] * 10_001}, "more than 10000 items"),
    ],
)  # fmt: skip
def test_what_is_no_lorebook_is_refused(make_file, content, message):
    with pytest.raises(FormatError, match=message):
        read(make_file("a.json", content))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["entries", "keys", "key", "content", "extensions", "position", "data",
                         "order", "uid", "disable", "caseSensitive", "0"]), inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JSON)
def test_any_json_is_a_lorebook_or_is_refused(make_file, content):
    for value in (content, {"entries": content}):
        with contextlib.suppress(FormatError):
            read(make_file("a.json", value))


def test_cards_are_not_taken_for_lorebooks(make_file):
    card = make_file("a.json", {"spec": "chara_card_v2", "data": {"character_book": BOOK}})
    assert not lorebook.detects(card.read_bytes(), card)


def test_a_content_that_is_no_text_is_written_as_it_is():
    book = {"entries": [{"content": 0}, {"content": "@@depth 2\nrain"}]}
    assert without_decorators(book) == {"entries": [{"content": 0}, {"content": "rain"}]}
