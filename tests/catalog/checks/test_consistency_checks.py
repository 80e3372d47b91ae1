"""Tests of the checks of S006, S022 and S036: the pure parts, and that they can fail."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.check_methods import mcnemar
from personae.catalog.checks import s006_self_conscious as s006
from personae.catalog.checks import s022_persona_selection as s022
from personae.catalog.checks import s036_persona_extending as s036
from personae.evaluate.it_convai2 import Outcome
from personae.evaluate.selection import Choice
from personae.lm.scripted import ScriptedModel
from personae.recipes.distractors import Rewards


class TestSelfConscious:
    TRIPLES = [  # noqa: RUF012
        s006.Triple(f"i like {thing} .", f"i {thing} often .", "i am bored .")
        for thing in ("tea", "ships", "goats", "rain", "jazz", "snow", "maps", "bees")
    ]

    def speaks(self, request, written):
        """Bored whoever it is; of what the fact names sooner when it is named."""
        thing = request.prompt.split("like ")[1].split(" .")[0]
        words = dict.fromkeys(
            [
                "i",
                "often",
                ".",
                "am",
                "tea",
                "ships",
                "goats",
                "rain",
                "jazz",
                "snow",
                "maps",
                "bees",
            ],
            0.02,
        )
        return words | {thing: 0.3, "am": 0.2, "bored": 0.3}

    def test_the_toy_is_worked_out_and_a_wrong_update_fails(self, monkeypatch):
        assert "toy world" in s006.check_toy()
        monkeypatch.setattr(s006, "pragmatic_speaker", lambda logs, *_, **__: logs[0])
        with pytest.raises(CheckFailed, match="is off by"):
            s006.check_toy()

    def test_triples_have_the_shortest_sentences_of_a_statement(self, tmp_path):
        rows = ["i sail often .</s>i sail .</s>positive", "sail .</s>i sail .</s>positive",
                "i sit .</s>i sail .</s>negative", "i run .</s>i run .</s>positive"]  # fmt: skip
        (tmp_path / "nli-train.txt").write_text("\n".join(rows))
        (tmp_path / "nli-valid.txt").write_text("")
        assert s006.read_triples(tmp_path) == [s006.Triple("i sail .", "sail .", "i sit .")]

    def test_the_listener_ranks_fewer_contradictions_first(self):
        lm = ScriptedModel(distributor=self.speaks)
        (line,) = s006.check_ranking(lm, self.TRIPLES, 0)
        assert "alpha=0 1.000, alpha=8 0.000" in line

    def test_a_speaker_who_does_not_mind_the_listener_fails(self, monkeypatch):
        lm = ScriptedModel(distributor=self.speaks)
        monkeypatch.setattr(s006, "ALPHA", 0.0)
        with pytest.raises(CheckFailed, match="fewer were wanted"):
            s006.check_ranking(lm, self.TRIPLES, 0)

    def rewards(self, learnt: float) -> Rewards:
        """30 personas; the first distractor is worth `learnt`, the others 0.4."""
        hits = np.full((30, 4), 0.4)
        hits[:, 0] = learnt
        return Rewards(np.zeros((30, 384)), hits, hits, np.full(30, 0.3), hits)

    def test_learnt_distractors_that_are_better_than_random_pass(self):
        votes = np.tile([1.0, 0, 0, 0], (30, 1))
        assert "learnt 0.600" in s006.compare_learnt(self.rewards(0.6), votes, 0)

    def test_a_memory_that_names_anybody_fails(self):
        votes = np.tile([0, 1.0, 0, 0], (30, 1))
        with pytest.raises(CheckFailed, match="no better than random"):
            s006.compare_learnt(self.rewards(0.6), votes, 0)

    def test_decoding_that_is_not_greedy_at_alpha_0_fails(self):
        lm = ScriptedModel(["Something else."])
        with pytest.raises(CheckFailed, match="greedy decoding"):
            s006.check_greedy(lm)


class TestPersonaSelection:
    NAMES = (s022.BARE, s022.ZERO, s022.ZERO + s022.OTHER, s022.TUNED)

    def hits(self, *rights: int) -> dict[str, list[bool]]:
        return {
            name: [at < right for at in range(100)]
            for name, right in zip(self.NAMES, rights, strict=True)
        }

    def test_prompts_and_tuning_that_help_pass(self):
        lines = s022.compare(self.hits(40, 50, 38, 70))
        assert lines[0].startswith("p@1 over 100 turns with 19 negatives: cross-encoder 0.400")

    @pytest.mark.parametrize(
        ("rights", "fault"),
        [((40, 40, 38, 70), "not better than no persona"), ((40, 50, 49, 70), "helps as well"),
         ((40, 50, 38, 50), "tuning with prompts does not help")],
    )  # fmt: skip
    def test_each_part_that_is_missing_fails(self, rights, fault):
        with pytest.raises(CheckFailed, match=fault):
            s022.compare(self.hits(*rights))

    def test_scores_that_change_without_a_persona_fail(self):
        class Moody:
            def scores(self, turns, replies, persona=(), *, is_tuned):
                return np.array([float(is_tuned)])

        with pytest.raises(CheckFailed, match="not the bare ones"):
            s022.same_without(Moody(), [Choice(("Hi?",), ("Hi.",), ())])

    def test_mcnemar_is_exact(self):
        assert mcnemar([True] * 3, [False] * 3) == 1 / 8
        assert mcnemar([True, False], [False, True]) == 3 / 4
        assert mcnemar([True], [True]) == 1


class TestPersonaExtending:
    def test_a_filter_that_lets_contradictions_through_fails(self):
        passed = Outcome((0.5,) * 9, (True,) * 9)
        with pytest.raises(CheckFailed, match="passed the filter"):
            s036.verdict({"nli": passed, "both": passed, "random": passed}, 0)

    def test_a_query_that_does_not_help_fails(self):
        same = Outcome((0.2,) * 9, (False,) * 9)
        found = {"nli": same, "random": same, "both": Outcome((0.2,) * 9, (True,) * 9)}
        with pytest.raises(CheckFailed, match="does not help"):
            s036.verdict(found, 0)
        better = found | {"nli": Outcome((0.5,) * 9, (False,) * 9)}
        assert "p = 0.0" in s036.verdict(better, 0)[0]

    def test_a_filter_with_nothing_to_do_fails(self):
        same = Outcome((0.2,) * 9, (False,) * 9)
        with pytest.raises(CheckFailed, match="nothing to do"):
            s036.verdict(dict.fromkeys(("nli", "both", "random"), same), 0)

    def logged(self, monkeypatch, *, start: float, end: float, free: float) -> None:
        def taught(turns, held, *, pull, **_):
            shares = {"prior@1": 0.4, "posterior@1": 0.9}
            ends = end if pull else free
            return None, [{"divergence": start, **shares}, {"divergence": ends, **shares}]

        monkeypatch.setattr(s036, "taught", taught)

    def test_a_distance_that_falls_by_the_pull_passes(self, monkeypatch):
        held = SimpleNamespace(there=[1, 2])
        self.logged(monkeypatch, start=1.0, end=0.4, free=1.0)
        assert "1.000 when the pull begins, 0.400 at the end" in s036.pulled(None, held)
        for end, free in ((1.1, 1.2), (0.4, 0.4)):
            self.logged(monkeypatch, start=1.0, end=end, free=free)
            with pytest.raises(CheckFailed, match="was to fall"):
                s036.pulled(None, held)

    def test_a_prior_no_better_than_chance_fails(self):
        right, wrong = [True] * 20, [False] * 20
        line = s036.weighed({"cosine": right, "chance": wrong, "prior": right}, 20)
        assert "over the cosine: p = 1" in line
        with pytest.raises(CheckFailed, match="no better than chance"):
            s036.weighed({"cosine": wrong, "chance": right, "prior": right}, 20)
