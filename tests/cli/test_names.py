"""Names as commands are given them."""

from __future__ import annotations

import pytest

from personae.cli.names import names_in, one_of, way_named, words_named
from personae.errors import UnknownEntry


def test_names_stand_between_commas():
    assert names_in(" a, b,,c ,") == ["a", "b", "c"]
    assert names_in("") == []


def test_an_unknown_name_is_refused():
    assert one_of("colour", "red", ("blue", "red")) == "red"
    with pytest.raises(UnknownEntry, match="There is no colour named 'green'"):
        one_of("colour", "green", ("blue", "red"))


def test_ways_and_words_are_found_by_name():
    assert way_named("statement") == "statement"
    assert words_named("markers") == "markers"
    for find in (way_named, words_named):
        with pytest.raises(UnknownEntry):
            find("telepathy")
