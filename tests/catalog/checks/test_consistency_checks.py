"""Tests of the checks of S006, S022 and S036: the pure parts, and that they can fail."""

from __future__ import annotations

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s006_self_conscious as s006
from personae.catalog.checks import s022_persona_selection as s022
from personae.catalog.checks import s036_persona_extending as s036
from personae.encoders.selection import open_selector
from personae.lm.scripted import ScriptedModel


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

    def test_decoding_that_is_not_greedy_at_alpha_0_fails(self):
        lm = ScriptedModel(["Something else."])
        with pytest.raises(CheckFailed, match="greedy decoding"):
            s006.check_greedy(lm)


class TestPersonaSelection:
    CHOICES = [
        s022.Choice(
            "how are you ?", (f"busy with my {own} .", *(f"my {x} are fine ." for x in others)),
            (f"i have {own} .",),
        )
        for own, *others in (
            ("goats", "boats", "pianos", "roses"), ("boats", "goats", "pianos", "roses"),
            ("pianos", "goats", "boats", "roses"), ("roses", "goats", "boats", "pianos"),
        )
    ] * 4  # fmt: skip

    def test_a_persona_that_names_the_gold_reply_passes(self, monkeypatch):
        monkeypatch.setattr(s022, "_SHIFT", 1)
        lines = s022.compare(open_selector(), self.CHOICES)
        assert lines[0].startswith("p@1 over 16 turns")

    def test_prompts_that_change_nothing_fail(self, monkeypatch):
        selector = open_selector()
        monkeypatch.setattr(
            type(selector), "_scored", lambda self, prompts, vectors: vectors.sum(axis=1)
        )
        with pytest.raises(CheckFailed, match="not better than no persona"):
            s022.compare(selector, self.CHOICES)

    def test_a_gain_from_any_persona_fails(self, monkeypatch):
        monkeypatch.setattr(s022, "_SHIFT", 0)
        with pytest.raises(CheckFailed, match="another's persona helps as well"):
            s022.compare(open_selector(), self.CHOICES)

    def test_mcnemar_is_exact(self):
        assert s022.mcnemar([True] * 3, [False] * 3) == 1 / 8
        assert s022.mcnemar([True, False], [False, True]) == 3 / 4
        assert s022.mcnemar([True], [True]) == 1


class TestPersonaExtending:
    ITEMS = [  # noqa: RUF012
        s036.Item(f"do you have {pet} ?", (f"i have no {pet} here .",), f"i love {pet} a lot .")
        for pet in ("goats", "snakes", "horses", "parrots")
    ]

    def outcomes(self, embedder, nli):
        pool = s036.Pool.of(
            [text for one in self.ITEMS for text in (one.removed, one.removed.replace("lot", "bit"),
             f"my friend and i keep {one.removed.split()[2]} here .")]
        )  # fmt: skip
        wanted = (("random", "random", False), ("both", "both", False),
                  ("both and the filter", "both", True))  # fmt: skip
        return {
            name: s036.outcome(self.ITEMS, pool, retriever, filtered, embedder, nli)
            for name, retriever, filtered in wanted
        }

    def test_what_passes_the_filter_contradicts_nothing(self, word_embedder, word_nli):
        found = self.outcomes(word_embedder, word_nli)
        assert any(found["both"].contradictions)
        assert not any(found["both and the filter"].contradictions)

    def test_without_the_filter_the_check_fails(self, word_embedder, word_nli, monkeypatch):
        monkeypatch.setattr(s036, "consistent_ones", lambda found, known, nli: found)
        with pytest.raises(CheckFailed, match="passed the filter"):
            s036.verdict(self.outcomes(word_embedder, word_nli), 0)

    def test_a_query_that_does_not_help_fails(self):
        same = s036.Outcome((0.2,) * 9, (False,) * 9)
        found = {"both and the filter": same, "random": same,
                 "both": s036.Outcome((0.2,) * 9, (True,) * 9)}  # fmt: skip
        with pytest.raises(CheckFailed, match="does not help"):
            s036.verdict(found, 0)
        better = found | {"both and the filter": s036.Outcome((0.5,) * 9, (False,) * 9)}
        assert "p = 0.0" in s036.verdict(better, 0)[0]

    def test_a_filter_with_nothing_to_do_fails(self):
        same = s036.Outcome((0.2,) * 9, (False,) * 9)
        with pytest.raises(CheckFailed, match="nothing to do"):
            s036.verdict(dict.fromkeys(("both and the filter", "both", "random"), same), 0)
