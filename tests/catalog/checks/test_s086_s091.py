"""The checks of S086 and S091 pass, and fail where their mechanism is taken out."""

from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from personae.catalog.check import CheckContext, CheckFailed
from personae.catalog.checks import s086_system_wise as s086
from personae.catalog.checks import s091_chateval_protocol as s091
from personae.evaluate.rankings.ranked import judged
from personae.evaluate.rankings.votes import Vote
from personae.evaluate.task_dialogue import dst, nlu
from personae.evaluate.task_dialogue.inversions import compared, read_tables


@pytest.fixture
def context(word_embedder):
    return CheckContext(lm=lambda: None, embedder=lambda: word_embedder, datasets_dir=Path())


class TestSystemWise:
    def test_it_passes_and_names_what_it_saw(self, context, monkeypatch):
        monkeypatch.setattr(s086, "DIALOGUES", 60)
        lines = "\n".join(s086.check(context))
        assert "MILU succeeds more than the one with BERTNLU" in lines
        assert "rule pipeline: success" in lines

    def test_noise_that_does_nothing_fails(self, context, monkeypatch):
        monkeypatch.setattr(s086, "DIALOGUES", 40)
        monkeypatch.setattr(nlu, "with_noise", lambda module, domain, share: module)
        with pytest.raises(CheckFailed, match="not clearly lower"):
            s086.check(context)

    def test_a_tracker_that_remembers_nothing_fails(self, context, monkeypatch):
        monkeypatch.setattr(s086, "DIALOGUES", 40)
        monkeypatch.setattr(dst, "by_rules", dst.forgetful)
        with pytest.raises(CheckFailed, match="rule pipeline succeeds in"):
            s086.check(context)

    def test_tables_without_inversions_fail(self):
        flat = [compared(one.slot, one.metric, one.entries[:1]) for one in read_tables()["first"]]
        with pytest.raises(CheckFailed, match="inversions found"):
            s086.check_published(flat)


class TestChateval:
    def test_it_passes(self, context):
        assert len(s091.check(context)) == 4

    def test_shares_of_wins_are_no_strengths(self, monkeypatch):
        monkeypatch.setattr(s091, "strengths", lambda wins: wins.sum(1) / (wins + wins.T).sum(1))
        with pytest.raises(CheckFailed, match="not 0\\.847298"):
            s091.check_golden()

    def test_strengths_of_no_votes_are_not_recovered(self, monkeypatch):
        monkeypatch.setattr(s091, "strengths", lambda wins: numpy.zeros(len(wins)))
        with pytest.raises(CheckFailed):
            s091.check_recovery(0)

    def test_a_bootstrap_over_votes_fails(self, monkeypatch):
        def over_votes(votes, methods, *, seed):
            apart = [
                Vote(f"{v.prompt} {v.rater}", v.rater, v.first, v.second, v.winner) for v in votes
            ]
            return judged(apart, methods, seed=seed)

        monkeypatch.setattr(s091, "judged", over_votes)
        with pytest.raises(CheckFailed, match="copies of a rater"):
            s091.check_prompts(0)

    def test_sides_that_are_not_shared_out_fail(self, monkeypatch):
        real = s091.contests
        monkeypatch.setattr(
            s091, "contests",
            lambda systems, *, seed: [one for one in real(systems, seed=seed) if one.first == "x"],
        )  # fmt: skip
        with pytest.raises(CheckFailed, match="shown first in 100%"):
            s091.check_blinding(0)
