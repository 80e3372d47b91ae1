"""`personae arena`: methods reply, people and metrics vote, and votes become rankings."""

from __future__ import annotations

import io
import json

import pytest

from personae.cli import app, voting
from personae.data import Persona, Sample, Scene
from personae.evaluate.arena.contests import contests
from personae.evaluate.rankings.votes import read_votes


@pytest.fixture
def arena(capsys, monkeypatch):
    """Runs `personae arena`, with what is typed."""

    def run(*arguments: object, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as stopped:
            app.run(["arena", *map(str, arguments)])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def asked(arena, tmp_path):
    """Two methods on two prompts: the command's arguments."""
    script, prompts = tmp_path / "s.yaml", tmp_path / "ncm.txt"
    script.write_text('- "I am {seed}. Well."\n')
    prompts.write_text("What do you do?\n\nDo you like tea?\n")
    return ("run", "--systems", "plain,plain:max_sentences=1", "--prompts", prompts,
            "--out", tmp_path / "out", "--model", f"scripted:{script}")  # fmt: skip


def test_methods_reply_and_a_metric_votes_and_the_same_command_has_nothing_to_do(arena, asked):
    code, shown, _ = arena(*asked, "--judge", "repetition", "--json")
    assert code == 0, shown
    first = json.loads(shown)
    assert (first["asked"], first["missing"]) == (2, 0)
    before = read_votes(asked[6] / "votes.csv")
    assert arena(*asked, "--judge", "repetition", "--json")[0] == 0
    assert read_votes(asked[6] / "votes.csv") == before


def test_a_person_votes_blind_takes_back_and_goes_on_later(arena, asked):
    code, _, seen = arena(*asked, "--judge", "human", "--rater", "ann", typed="a\nu\nb\nq\n")
    assert code == 0
    shown = seen.split("stop, all is kept")[1].split("votes are in")[0]
    assert "plain" not in shown
    assert "A> " in seen
    (vote,) = read_votes(asked[6] / "votes.csv")
    assert (vote.rater, vote.winner) == ("ann", "second")
    _, _, seen = arena(*asked, "--rater", "ann", typed="p\nx\nt\n")
    assert "ann: 2 of 2 votes" in seen
    assert {one.winner for one in read_votes(asked[6] / "votes.csv")} == {"second", "tie"}


def test_undo_goes_back_over_what_nobody_was_asked_about(tmp_path):
    scene = Scene(persona=Persona(name="Ana")).said("Bo", "Hello.")
    replies = {"one": ["Yes.", "Same.", "Fine."], "two": ["No.", "Same.", "Well."]}
    systems = {
        name: [Sample(id=f"p{at}", scene=scene, reply=text) for at, text in enumerate(texts)]
        for name, texts in replies.items()
    }
    asked = sorted(contests(systems), key=lambda one: one.prompt)
    file, keys = tmp_path / "votes.csv", iter(["first", "u", "second", "q"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(voting, "_answer", lambda *_: next(keys))
        voting.vote_by_hand(asked, "ann", file, print)
    assert [(v.prompt, v.winner) for v in read_votes(file)] == [("p0", "second"), ("p1", "tie")]


def test_votes_are_ranked_plotted_and_compared_with_people(arena, tmp_path):
    rows = [f"p{at},{rater},a,b,{'first' if at % 4 else 'second'}" for at in range(12)
            for rater in ("x", "y")]  # fmt: skip
    file, plot = tmp_path / "votes.csv", tmp_path / "ranks.svg"
    file.write_text("prompt,rater,first,second,winner\n" + "\n".join(rows) + "\n")
    code, shown, _ = arena("rank", file, "--people", file, "--plot", plot, "--resamples", "20")
    assert code == 0
    for part in ("bt", "davidson", "trueskill", "9 : 3", "18 : 6", "Beside people"):
        assert part in shown
    assert "<svg" in plot.read_text()
    code, shown, _ = arena("rank", file, "--method", "bt", "--raters", "x", "--json")
    (found,) = json.loads(shown)["files"].values()
    assert found["votes"] == 12
    best = found["rankings"][0]["standings"][0]
    assert best["system"] == "a"
    assert best["score"] == pytest.approx(0.5493, abs=1e-4)  # ln(9/3) / 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("rank", "votes.csv", "--systems", "a,c"), "'b' is none of the systems: a, c"),
        (("rank", "votes.csv", "--raters", "z"), "no rater named 'z'"),
        (("rank", "votes.csv", "--method", "elo"), "no ranking method named 'elo'"),
        (("rank", "votes.csv", "--plot", "p.png"), "The plot is an SVG file"),
        (("rank", "nothing.csv"), "There is no such file"),
        (("run", "--systems", "plain", "--out", "o"), "two systems or more"),
        (("run", "--systems", "plain,guard", "--out", "o"), "Say what plain replies to"),
        (("run", "--systems", "./x,plain", "--out", "o"), "no folder of a run"),
        (("run", "--systems", "plain,gard", "--out", "o"), "no method named 'gard'"),
    ],
)
def test_bad_requests_get_one_sentence(arena, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "votes.csv").write_text("prompt,rater,first,second,winner\np,r,a,b,tie\n")
    code, _, seen = arena(*arguments)
    assert code in (1, 2)
    assert message in seen
    assert len(seen.strip().splitlines()) == 1


def test_an_unknown_judge_is_refused(arena, asked):
    code, _, seen = arena(*asked, "--judge", "juge")
    assert code == 2
    assert "no judge named 'juge'" in seen
