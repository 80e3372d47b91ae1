"""Queries for the full-text index."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.store.words import MAX_QUERY_WORDS, match_expression, search_text, spaced


@pytest.fixture(scope="module")
def index():
    connection = sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE texts USING fts5(text, tokenize='unicode61 remove_diacritics 2')"
    )
    connection.execute("INSERT INTO texts VALUES ('some words to look for')")
    yield connection
    connection.close()


@given(
    query=st.one_of(
        st.text(st.characters(exclude_categories=["Cs"])),
        st.text('"*^:()+-{} ANDORTNEA\0'),
    ),
    match=st.sampled_from(["all", "any"]),
)
def test_any_text_is_a_query_without_syntax_errors(index, query, match):
    expression = match_expression(query, match)
    if expression:
        index.execute("SELECT * FROM texts WHERE texts MATCH ?", (expression,)).fetchall()


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_text_is_found_by_itself(index, text):
    expression = match_expression(text, "all")
    if not expression:
        return
    indexed = search_text(text) or text
    index.execute("INSERT INTO texts (rowid, text) VALUES (99, ?)", (indexed.replace("\0", " "),))
    try:
        found = index.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (expression,))
        assert (99,) in found.fetchall()
    finally:
        index.execute("DELETE FROM texts WHERE rowid = 99")


def test_operators_are_words():
    assert match_expression("cats AND dogs*", "any") == '"cats" OR "AND" OR "dogs*"'


def test_a_query_without_words_is_empty():
    assert match_expression(' "" -- *** ', "all") == ""


def test_chinese_words_become_phrases_of_characters():
    assert spaced("a天气b").split() == ["a", "天", "气", "b"]
    assert search_text("今天天气好") is not None
    assert search_text("¿Qué tal?") is None


def test_a_huge_query_is_cut():
    assert match_expression("word " * 100_000, "all").count("word") == MAX_QUERY_WORDS
