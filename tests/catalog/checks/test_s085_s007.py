"""Tests of the checks of S085 and S007: what passes, and that they fail without the mechanism."""

from __future__ import annotations

import pytest

from personae.benchmarks.chain_items import chains_of
from personae.benchmarks.decision_items import decisions_of
from personae.catalog.check import CheckFailed
from personae.catalog.checks import s007_behaviorchain as s007
from personae.catalog.checks import s085_lifechoice as s085
from personae.formats.lifechoice import LifeChoice
from personae.novels import made_novels, motifs

GOOD = {
    "chance": [False] * 10,
    "both": [True] * 3 + [False] * 7,
    "charmap": [True] * 8 + [False] * 2,
}


def test_recall_passes_above_the_scenarios_and_fails_beside_it():
    assert "charmap 0.800, by the scenario 0.300" in s085.recalled(GOOD)
    with pytest.raises(CheckFailed, match=r"at least 0\.7"):
        s085.recalled({**GOOD, "charmap": GOOD["both"]})
    with pytest.raises(CheckFailed, match=r"at most 0\.4"):
        s085.recalled({**GOOD, "both": GOOD["charmap"]})


def test_motifs_that_nothing_was_chosen_on_are_told_apart():
    novels = made_novels(2)
    fresh = {motif.id for motif in motifs("test")}
    seen = [one.motif in fresh for novel in novels for one in novel.decisions]
    none = [False] * len(seen)
    assert "charmap 1.000, by the scenario 0.000" in s085.held_out(
        novels, {"charmap": seen, "both": none}
    )
    with pytest.raises(CheckFailed, match="was to be more"):
        s085.held_out(novels, {"charmap": none, "both": seen})


def test_a_reader_answers_better_with_more_events_shown():
    items = decisions_of("made", novels=1, split="valid")
    assert "1.000 right with charmap" in s085.answered(
        items, {"both": [False] * 10, "charmap": [True] * 10}, 0
    )
    with pytest.raises(CheckFailed, match="was to be more"):
        s085.answered(items, {"both": [True] * 10, "charmap": [False] * 10}, 0)


def test_orders_of_options_are_seen_through(monkeypatch):
    items = decisions_of("made", novels=1, split="valid")
    assert "240 orders" in s085.in_any_order(items)
    monkeypatch.setattr(
        LifeChoice, "ordered", lambda one, order: type(one)(
            one.id, one.character, one.story_text, one.scenario, one.question,
            tuple(one.options[at] for at in order), one.right,
        ),
    )  # fmt: skip
    with pytest.raises(CheckFailed, match="Reordering changes"):
        s085.in_any_order(items)


def test_what_is_looked_up_needs_the_points(word_embedder):
    items = decisions_of("made", novels=1, split="test")[:2]
    shown = {arm: s085.shown_by(items, arm, word_embedder) for arm in s085.ARMS}
    assert all(len(values) == 2 for values in shown.values())


def test_golden_values_fail_where_a_run_is_counted_otherwise(monkeypatch):
    assert "0.2" in s007.measured()
    monkeypatch.setattr(s007, "consecutive_of", lambda rights: sum(rights) / len(rights))
    with pytest.raises(CheckFailed, match="not"):
        s007.measured()


def test_chains_are_written_and_read_again(monkeypatch):
    chains = chains_of("made", chains=1)
    assert "1 chains" in s007.round_trip(chains)
    monkeypatch.setattr(s007, "read_chains", lambda file: [])
    with pytest.raises(CheckFailed, match="otherwise than written"):
        s007.round_trip(chains)


def test_a_picker_that_does_not_know_the_profile_fails(word_embedder, monkeypatch):
    chains = chains_of("traits", chains=8)
    monkeypatch.setattr(s007, "rights_of", lambda chain, embedder: [False] * len(chain.nodes))
    with pytest.raises(CheckFailed, match=r"at least 0\.6"):
        s007.picked(chains, word_embedder, 0)
