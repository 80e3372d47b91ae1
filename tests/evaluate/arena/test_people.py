"""Graded replies as votes, and judges beside people."""

from __future__ import annotations

import pytest

from personae.data import Persona, Sample, Scene
from personae.errors import UnknownEntry
from personae.evaluate.arena.agreeing import alike
from personae.evaluate.arena.contests import contests
from personae.evaluate.arena.people import from_grades, graded, write_graded
from personae.evaluate.rankings.votes import Vote, read_votes
from personae.evaluate.score import read_scored_run
from personae.formats.rated import RatedReply

SCENE = Scene(persona=Persona(name="B")).said("A", "Hi.")


def rated(system: str, context: str, *grades: float) -> RatedReply:
    sample = Sample(id=f"{context}-{system}", scene=SCENE, reply=f"{system} says")
    return RatedReply(sample, system, context, tuple(grades))


REPLIES = [
    rated("Big One", "c1", 5, 3, 1), rated("Small", "c1", 4, 3, 2),
    rated("Big One", "c2", 2, 2, 2), rated("Small", "c2", 1, 1, 1), rated("Big One", "c2", 9, 9, 9),
]  # fmt: skip


def test_each_rater_votes_for_what_they_graded_higher():
    found = from_grades(REPLIES, same_raters=True)
    assert [vote.winner for vote in found.votes] == [
        "first", "tie", "second", "first", "first", "first",
    ]  # fmt: skip
    assert {name: len(one) for name, one in found.systems.items()} == {"big-one": 2, "small": 2}


def test_means_are_compared_where_raters_are_not_known():
    votes = from_grades(REPLIES, same_raters=False).votes
    assert [(vote.rater, vote.winner) for vote in votes] == [
        ("everybody", "tie"), ("everybody", "first"),
    ]  # fmt: skip


def test_what_is_written_can_be_judged_and_scored(tmp_path):
    found = from_grades(REPLIES, same_raters=True)
    write_graded(found, tmp_path, "made-up")
    assert read_votes(tmp_path / "votes.csv", ("big-one", "small")) == found.votes
    runs = {name: read_scored_run(tmp_path / name).samples for name in found.systems}
    asked = contests(runs)
    assert {one.prompt for one in asked} == {vote.prompt for vote in found.votes}


def test_the_shared_set_has_five_systems_and_three_raters(dataset_dir):
    dataset_dir("usr-personachat")
    found = graded("usr-personachat")
    assert len(found.systems) == 5
    prompts = {vote.prompt for vote in found.votes}
    assert len(found.votes) == len(prompts) * 10 * 3


def test_an_unknown_set_is_refused():
    with pytest.raises(UnknownEntry, match="graded set"):
        graded("usr")


def vote(prompt: str, first: str, second: str, winner) -> Vote:
    return Vote(prompt, "r", first, second, winner)


def test_a_judge_is_compared_where_people_decided():
    people = [
        vote("p", "a", "b", "first"), vote("q", "a", "b", "tie"), vote("r", "a", "b", "first"),
        vote("s", "a", "b", "first"), vote("s", "b", "c", "first"),
    ]  # fmt: skip
    judge = [vote("p", "b", "a", "second"), vote("q", "a", "b", "first"),
             vote("r", "a", "b", "tie"), vote("s", "b", "a", "first"),
             vote("t", "a", "b", "first")]  # fmt: skip
    found = alike(judge, people)
    assert found is not None
    assert (found.contests, found.decided) == (4, 3)
    assert found.right == pytest.approx((1 + 0.5 + 0) / 3)
    assert found.ties == pytest.approx(1 / 4)
    assert found.tau == 1.0
    assert alike(judge, [vote("z", "a", "b", "tie")]) is None
