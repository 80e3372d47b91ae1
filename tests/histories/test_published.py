"""Tests of personae.histories.published: what a stranger's table may say that it knows."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import FormatError
from personae.histories.making import histories
from personae.histories.published import questionnaire, right_by_graph

ROWS = questionnaire(histories(1)).rows


def test_the_graph_of_a_made_question_says_which_option_is_right():
    assert all(right_by_graph(row) == [row.right] for row in ROWS)


@given(st.sampled_from(ROWS), st.sampled_from(["events", "meant", "about"]), st.recursive(
    st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(
        st.sampled_from(["id", "topic", "kind", "before", "period"]), x)))  # fmt: skip
def test_any_other_graph_is_read_or_a_format_error(row, key, value):
    with suppress(FormatError):
        found = right_by_graph(replace(row, known={**row.known, key: value}))
        assert set(found) <= set(range(len(row.options)))


@pytest.mark.parametrize("known", [{"a": 1}, {"events": []}, {"events": [{"topic": "x"}]}])
def test_a_graph_without_its_parts_is_refused(known):
    with pytest.raises(FormatError, match="not as personae writes it"):
        right_by_graph(replace(ROWS[0], known=known))
