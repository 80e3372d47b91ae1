"""Regular expressions from strangers."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.text.regex_guard import BUDGET_STEPS, MAX_WINDOW, fault_of, is_slashed, search

PROSE = "The King of the North Gate saw a dragon near the old wall.\n" * 100
HOSTILE = [
    r"(a+)+$", r"(a|a)*b", r"(a|aa)+$", r"(.*)*x", r"(\w+\s?)*$", r"((a?)*)*b", r"(x+x+)+y",
    r"a*a*a*a*a*a*b", r".*.*.*.*.*=", "a?" * 30 + "a" * 30, r"(?=(a+)+b)c", r"(a{0,900}){0,900}b",
    r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(?:(?:a|b|ab)+)+c",
]  # fmt: skip


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"\bdragons?\b", PROSE), ("/north\\s+gate/i", PROSE), ("the .* gate", PROSE),
        (r"(dragon|wyrm) near", PROSE), (r"[A-Z]\w+ of", PROSE), (r"(?<kind>dragon)", PROSE),
        ("ko(ta|po)(?=dama)", "kotadama"), (r"(?i:KING)", PROSE), ("龍.{0,3}王", "白い龍の王"),
    ],
)  # fmt: skip
def test_useful_expressions_match(pattern, text):
    assert search(pattern, text)[0]


@pytest.mark.parametrize("pattern", ["[", "(", "*", "(?P<x", "", "x" * 2_000, "(" * 900])
def test_invalid_and_huge_expressions_do_not_match(pattern):
    assert fault_of(pattern)
    assert search(pattern, "a(*[") == (False, 0.0)


def test_flags_of_slashed_expressions_count_and_plain_ones_follow_the_entry():
    assert not search("/king/", "KING")[0]
    assert search("/king/i", "KING")[0]
    assert search("king", "KING")[0]
    assert not search("king", "KING", ignore_case=False)[0]
    assert search("/a.b/s", "a\nb")[0]
    assert is_slashed("/a/i")
    assert not is_slashed("//")


@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize("text", ["a" * 50_000, "aaaa bbbb " * 5_000, "x" * 50_000, PROSE])
def test_hostile_expressions_end(pattern, text):
    _, cost = search(pattern, text)  # unguarded, these run for years
    assert cost <= BUDGET_STEPS


def test_the_classic_bombs_are_reported():
    assert "too long" in fault_of(r"(a+)+$")
    assert "too long" in fault_of(r"(\w\d?)*x")
    assert fault_of(r"\b(dragon|wyrm)s?\b") == ""


@given(
    st.text(alphabet=r"ab.*+?()[]|\dw{1,2}^$", max_size=14),
    st.text(alphabet="ab1 \n", max_size=60),
)
def test_within_the_budget_the_answer_is_that_of_re(pattern, text):
    found, cost = search(pattern, text, ignore_case=False)
    if cost:
        assert found == (re.search(pattern, text) is not None)


def test_only_the_end_of_a_long_text_is_searched():
    assert search("needle", "x" * MAX_WINDOW + "needle")[0]
    assert not search("needle", "needle" + "x" * MAX_WINDOW)[0]
