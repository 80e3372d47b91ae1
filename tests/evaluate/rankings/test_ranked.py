"""Rankings: right order, honest intervals, and one clear remark where votes do not suffice."""

from __future__ import annotations

import math
import random

import pytest

from personae.errors import UnknownEntry
from personae.evaluate.bootstrap import Interval
from personae.evaluate.rankings.ranked import Standing, _standings, judged
from personae.evaluate.rankings.votes import Vote

STRENGTHS = {"good": 1.0, "fair": 0.0, "weak": -1.0}


def drawn(prompts: int, *, raters: int = 3, ties: float = 0.2, seed: int = 0) -> list[Vote]:
    rng = random.Random(seed)
    votes = []
    for prompt in range(prompts):
        for rater in range(raters):
            for first, second in (("good", "fair"), ("fair", "weak"), ("weak", "good")):
                chance = 1 / (1 + math.exp(STRENGTHS[second] - STRENGTHS[first]))
                winner = "first" if rng.random() < chance else "second"
                winner = "tie" if rng.random() < ties else winner
                votes.append(Vote(f"p{prompt}", f"r{rater}", first, second, winner))
    return votes


@pytest.mark.parametrize("method", ["bt", "davidson", "trueskill"])
def test_each_method_finds_the_order_and_tells_the_systems_apart(method):
    found = judged(drawn(60), [method], resamples=100)
    (ranking,) = found.rankings
    assert [one.system for one in ranking.standings] == ["good", "fair", "weak"]
    assert [one.cluster for one in ranking.standings] == [1, 2, 3]
    for one in ranking.standings:
        assert one.interval is not None
        assert one.interval.low < one.score < one.interval.high
    assert judged(drawn(60), [method], resamples=100) == found


def test_methods_agree_and_so_do_raters_as_far_as_they_do():
    found = judged(drawn(60), resamples=50)
    assert set(found.taus.values()) == {1.0}
    assert 0 < found.alpha < 0.6
    assert 0 < found.kappa < 0.6
    assert (found.prompts, found.raters, found.votes) == (60, 3, 540)


def test_votes_that_copy_each_other_do_not_narrow_the_interval():
    """Ten raters who always say the same are one: prompts are drawn, not votes."""
    alone = drawn(40, raters=1)
    copies = [
        Vote(v.prompt, f"c{at}", v.first, v.second, v.winner) for v in alone for at in range(10)
    ]
    widths = []
    for votes in (alone, copies):
        best = judged(votes, ["bt"], resamples=300).rankings[0].standings[0]
        assert best.interval is not None
        widths.append((best.interval.high - best.interval.low, best.error))
    assert widths[1][0] == pytest.approx(widths[0][0], rel=0.02)
    assert widths[1][1] < widths[0][1] / 2  # what the model itself believes is far too narrow


def test_one_vote_has_no_interval_and_says_so():
    found = judged([Vote("p", "r", "a", "b", "first")], resamples=20)
    for ranking in found.rankings:
        assert [one.system for one in ranking.standings] == ["a", "b"]
        assert {one.interval for one in ranking.standings} == {None}
        assert {one.cluster for one in ranking.standings} == {1}
        assert any("one prompt" in remark for remark in ranking.remarks)
    assert "0.5 wins both ways" in found.rankings[0].remarks[0]


def test_only_ties_tell_nothing_apart():
    votes = [
        Vote(f"p{at}", "r", *pair, "tie") for at in range(5) for pair in (("a", "b"), ("b", "c"))
    ]
    for ranking in judged(votes, resamples=20).rankings:
        assert {(one.interval, one.cluster) for one in ranking.standings} == {(None, 1)}
        assert any("All votes are ties" in remark for remark in ranking.remarks)


def test_an_unconnected_graph_is_told():
    votes = [
        Vote(f"p{at}", "r", *pair, "first") for at in range(4) for pair in (("a", "b"), ("c", "d"))
    ]
    found = judged(votes, ["bt"], resamples=20).rankings[0]
    assert "not connected" in found.remarks[0]
    assert all(math.isfinite(one.score) for one in found.standings)


def test_an_unknown_method_is_refused():
    with pytest.raises(UnknownEntry, match="ranking method"):
        judged(drawn(2), ["elo"])


def test_a_cluster_ends_where_an_interval_lies_below_all_of_it():
    spans = [Interval(4, 6), Interval(1, 5), Interval(0.5, 3), Interval(-1, 0.4)]
    found = _standings(list("abcd"), [5, 3, 2, 0], [0, 0, 0, 0], spans)
    assert [(one.system, one.cluster) for one in found] == [("a", 1), ("b", 1), ("c", 1), ("d", 2)]
    assert isinstance(found[0], Standing)
