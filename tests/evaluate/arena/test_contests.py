"""Who meets whom: all pairs, blinded, resumable, and never two different scenes."""

from __future__ import annotations

from collections import Counter

import pytest

from personae.data import Persona, Sample, Scene
from personae.errors import FormatError, InvalidOption
from personae.evaluate.arena.contests import (
    begin_arena,
    contests,
    folder_names,
    known_votes,
    obvious,
    read_systems,
    still_open,
    vote_all,
)
from personae.evaluate.rankings.votes import read_votes


def sample(name: str, reply: str, *, heard: str = "Hello there.", error: str = "") -> Sample:
    scene = Scene(persona=Persona(name="Ana")).said("Bo", heard)
    return Sample(id=name, scene=scene, reply=reply, error=error)


def system(word: str, prompts: int = 12) -> tuple[Sample, ...]:
    return tuple(sample(f"p{at}", f"{word} {at}") for at in range(prompts))


THREE = {name: system(name) for name in ("one", "two", "three")}


def test_every_pair_meets_once_on_every_prompt_and_sides_are_shared_out():
    found = contests(THREE, seed=1)
    assert len(found) == 3 * 12
    assert len({one.vote("r", "tie").key for one in found}) == 36
    assert 6 <= Counter(one.first for one in found)["one"] <= 18
    assert found == contests(THREE, seed=1)
    assert found != contests(THREE, seed=2)
    for one in found:
        assert one.replies[0].startswith(one.first)
        assert one.replies[1].startswith(one.second)


def test_a_failed_reply_meets_nobody_and_the_limit_counts_prompts():
    broken = (sample("p0", "", error="timeout"), *system("two")[1:])
    found = contests({"one": system("one"), "two": broken}, limit=3)
    assert sorted(one.prompt for one in found) == ["p1", "p2"]


def test_two_systems_without_a_common_prompt_are_refused():
    other = tuple(sample(f"q{at}", "x") for at in range(3))
    with pytest.raises(InvalidOption, match="one common prompt"):
        contests({"one": system("one"), "two": other})


def test_an_id_that_is_another_scene_is_refused():
    other = tuple(sample(f"p{at}", "x", heard="Something else.") for at in range(3))
    with pytest.raises(InvalidOption, match="not the same scene for one and two"):
        contests({"one": system("one"), "two": other})


@pytest.mark.parametrize(
    ("replies", "winner"),
    [
        (("Fine.", "Fine. "), "tie"), (("", "Fine."), "second"), (("Yes.", "hello there"), "first"),
        (("", "..."), "tie"), (("Fine.", "Good."), None),
    ],
)  # fmt: skip
def test_nobody_is_asked_about_the_obvious(replies, winner):
    pair = {name: (sample("p", reply),) for name, reply in zip("ab", replies, strict=True)}
    (contest,) = contests(pair)
    expected = (
        winner if contest.first == "a" else {"first": "second", "second": "first"}.get(winner)
    )
    assert obvious(contest) == (winner if winner == "tie" else expected)


def test_votes_are_kept_one_by_one_and_a_stopped_judge_goes_on(tmp_path):
    asked, file = contests(THREE), tmp_path / "votes.csv"
    list(vote_all(asked[:10], "r", lambda contest: "first", file))
    left = still_open(asked, "r", known_votes(file, THREE))
    assert left == asked[10:]
    silent = list(vote_all(left[:5], "r", lambda contest: None, file))
    assert silent == []
    list(vote_all(left, "r", lambda contest: "second", file))
    votes = read_votes(file, tuple(THREE))
    assert [vote.winner for vote in votes] == ["first"] * 10 + ["second"] * 26
    assert still_open(asked, "somebody else", votes) == asked


def test_votes_on_other_replies_or_another_seed_are_not_mixed(tmp_path):
    begin_arena(tmp_path, THREE, 0)
    begin_arena(tmp_path, {"one": THREE["one"], "four": system("four")}, 0)
    with pytest.raises(InvalidOption, match="other replies of 'four'"):
        begin_arena(tmp_path, {"four": system("five")}, 0)
    with pytest.raises(InvalidOption, match="begun with --seed 0"):
        begin_arena(tmp_path, THREE, 1)


def test_a_damaged_record_is_refused(tmp_path):
    (tmp_path / "arena.json").write_text("[1]")
    with pytest.raises(FormatError, match="arena is a list"):
        begin_arena(tmp_path, THREE, 0)


def test_runs_are_named_by_their_folders(tmp_path):
    folders = [tmp_path / "a" / "x", tmp_path / "b" / "x", tmp_path / "y"]
    assert list(folder_names(folders[1:])) == ["x", "y"]
    assert list(folder_names(folders)) == [str(folder) for folder in folders]
    with pytest.raises(FormatError, match="named twice"):
        folder_names([folders[0], folders[0]])
    with pytest.raises(InvalidOption, match="at least two"):
        read_systems({"a": tmp_path})
