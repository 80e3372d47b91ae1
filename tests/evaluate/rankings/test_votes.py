"""Vote files: read, written, and refused with the line."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.errors import FormatError, InvalidOption
from personae.evaluate.rankings.votes import Vote, read_votes, tally, vote_lines

HEAD = "prompt,rater,first,second,winner\n"
NAME = st.text(string.ascii_letters + ' ,"é:', min_size=1, max_size=8).filter(
    lambda text: text == text.strip() and text
)


def votes_of(tmp_path, rows: str, *, head: str = HEAD, systems=()):
    file = tmp_path / "votes.csv"
    file.write_text(head + rows, encoding="utf-8")
    return read_votes(file, systems)


@settings(deadline=None)
@given(
    st.lists(
        st.builds(Vote, NAME, NAME, NAME, NAME, st.sampled_from(["first", "second", "tie"]))
        .filter(lambda vote: vote.first != vote.second),
        min_size=1, max_size=6, unique_by=lambda vote: vote.key,
    )
)  # fmt: skip
def test_both_kinds_of_file_hold_the_votes(tmp_path_factory, votes):
    for name in ("votes.csv", "votes.jsonl"):
        file = tmp_path_factory.mktemp("votes") / name
        file.write_text(vote_lines(votes, file, head=True), encoding="utf-8")
        assert read_votes(file) == tuple(votes)


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([".csv", ".jsonl"]))
def test_any_file_is_read_or_refused(tmp_path_factory, content, ending):
    file = tmp_path_factory.mktemp("votes") / f"votes{ending}"
    file.write_bytes(content)
    with pytest.raises(FormatError):
        read_votes(file)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("", "There is no vote"),
        ("p,r,a,b,won\n", "line 2: The winner 'won' is none of first, second, tie"),
        ("p,r,a,c,tie\n", "line 2: 'c' is none of the systems: a, b"),
        ("p,r,a,a,tie\n", "line 2: 'a' is compared with itself"),
        ("p,r,,b,tie\n", "line 2: The field 'first' has 0 characters"),
        ("p,r,a,b\n", "line 2: The line has 4 columns, the first one 5"),
        ("p,r,a,b,first\np,r,b,a,first\n", "line 3: 'r' voted on 'p' for a and b in line 2"),
    ],
)
def test_bad_lines_are_refused_with_their_number(tmp_path, rows, message):
    with pytest.raises(FormatError, match=message):
        votes_of(tmp_path, rows, systems=("a", "b"))


def test_an_equal_vote_said_twice_counts_once(tmp_path):
    assert len(votes_of(tmp_path, "p,r,a,b,first\np,r,b,a,second\np,s,a,b,tie\n")) == 2


def test_a_missing_column_is_named(tmp_path):
    with pytest.raises(FormatError, match=r"line 1: .*rater is missing"):
        votes_of(tmp_path, "p,a,b,tie\n", head="prompt,first,second,winner\n")


def test_a_tally_counts_by_prompt():
    votes = [Vote("p", "x", "b", "a", "first"), Vote("p", "y", "a", "b", "tie"),
             Vote("q", "x", "a", "b", "first")]  # fmt: skip
    found = tally(votes)
    assert (found.systems, found.prompts) == (("a", "b"), ("p", "q"))
    assert found.wins[0].tolist() == [[0, 0], [1, 0]]
    assert found.halved.sum(axis=0).tolist() == [[0, 1.5], [1.5, 0]]


def test_one_system_is_no_ranking():
    with pytest.raises(InvalidOption, match="at least two systems"):
        tally([])
