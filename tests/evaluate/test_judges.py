"""judges: how far a measure goes with people's grades, and what is kept of it."""

from __future__ import annotations

import json
import math
import random

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import BackendError, FormatError, UnknownEntry
from personae.evaluate.foils import FoilRow
from personae.evaluate.judges import (
    ANNOTATOR,
    Kept,
    agreement,
    agreement_report,
    agreement_text,
    annotator_agreement,
    foils_liked,
    judge_agreement,
    judged_sets,
    measurable,
    measured,
    read_kept,
    save_kept,
)
from personae.formats.rated import RatedReply
from personae.lm.scripted import ScriptedModel
from personae.metrics.correlation import kendall, pearson, spearman
from personae.metrics.types import mean_scores
from personae.registry import build, entries, find

SYSTEMS = ("person", "good", "bad")


def rated(contexts: int = 12, seed: int = 0) -> list[RatedReply]:
    """Three systems of different worth, grades with a little noise; longer replies are better."""
    rng = random.Random(seed)
    found = []
    for context in range(contexts):
        scene = Scene(persona=Persona(name="B"), user="A").said("A", f"Question {context}?")
        for worth, system in enumerate(reversed(SYSTEMS), 1):
            grades = tuple(float(worth + rng.choice((-1, 0, 1))) for _ in range(3))
            text = " ".join(["word"] * (2 * worth + rng.choice((0, 1, 2))))
            sample = Sample(id=f"{context}-{system}", scene=scene, reply=text, reference="word")
            found.append(RatedReply(sample, system, f"c{context}", grades))
    return found


def lengths(replies: list[RatedReply]) -> list[float]:
    return [float(len(one.sample.reply.split())) for one in replies]


def test_the_figures_are_the_plain_correlations():
    replies = rated()
    values, grades = lengths(replies), [one.rating for one in replies]
    row = agreement("length", replies, values, set_name="made")
    assert row is not None
    assert row.turn["spearman"].value == pytest.approx(spearman(values, grades))
    assert row.turn["pearson"].value == pytest.approx(pearson(values, grades))
    assert row.turn["kendall"].value == pytest.approx(kendall(values, grades))
    assert row.system["spearman"].value == pytest.approx(1.0)
    assert (row.replies, row.contexts, row.systems) == (36, 12, 3)
    for figure in row.turn.values():
        assert figure.low < figure.value < figure.high


def test_pairs_of_one_context_are_compared_with_ties_by_half():
    replies = rated(1)
    grades = [one.rating for one in replies]
    row = agreement("m", replies, grades, set_name="made")
    assert row.pairs.value == 1.0
    tied = agreement("m", replies, [0.0, 0.0, 1.0], set_name="made")
    assert tied is None  # two different values say next to nothing
    wrong = agreement("m", replies, [-one for one in grades], set_name="made")
    assert wrong.pairs.value == 0.0


def test_where_lower_is_better_the_sign_is_turned():
    replies = rated()
    up = agreement("m", replies, lengths(replies), set_name="made")
    down = agreement(
        "m", replies, [-one for one in lengths(replies)], set_name="made", higher_is_better=False
    )
    assert down.turn == up.turn


def test_replies_without_a_value_and_nan_are_left_out():
    replies = rated()
    values = [None, math.nan, *lengths(replies)[2:]]
    row = agreement("m", replies, values, set_name="made")
    assert row.replies == 34
    assert agreement("m", replies, [1.0] * 36, set_name="made") is None
    assert agreement("m", replies, [None] * 36, set_name="made") is None


def test_an_interval_is_over_contexts_and_one_context_has_none():
    row = agreement("m", rated(1), [1.0, 2.0, 3.0], set_name="made")
    assert (row.turn["spearman"].low, row.turn["spearman"].high) == (None, None)
    twice = [one for one in rated(12) for _ in range(4)]
    few = agreement("m", rated(12), lengths(rated(12)), set_name="made").turn["spearman"]
    many = agreement("m", twice, lengths(twice), set_name="made").turn["spearman"]
    # The same replies again are no new evidence.
    assert many.high - many.low == pytest.approx(few.high - few.low, abs=1e-9)


def test_annotators_are_compared_with_the_mean_of_the_others():
    replies = rated()
    row = annotator_agreement(replies, set_name="made")
    by_hand = [
        spearman(
            [one.ratings[at] for one in replies],
            [(sum(one.ratings) - one.ratings[at]) / 2 for one in replies],
        )
        for at in range(3)
    ]
    assert row.metric == ANNOTATOR
    assert row.turn["spearman"].value == pytest.approx(sum(by_hand) / 3)
    alone = [RatedReply(one.sample, one.system, one.context, (one.rating,)) for one in replies]
    assert annotator_agreement(alone, set_name="made") is None


def test_a_run_that_was_stopped_goes_on_where_it_was(tmp_path):
    replies = rated(40)
    entry, calls = find("metric", "lm-judge"), []

    def metric(samples, kit):
        calls.append(len(samples))
        if len(calls) == 2:
            raise BackendError("Gone.", failure="refused")
        return mean_scores("m", [1.0] * len(samples), unit="", higher_is_better=True)

    kit, file = Kit(ScriptedModel()), tmp_path / "values.json"
    with pytest.raises(BackendError):
        measured(entry, metric, replies, kit, file, lambda *_: None)
    values, way = measured(entry, metric, replies, kit, file, lambda *_: None)
    assert (len(values), way) == (120, True)
    assert calls == [32, 32, 32, 32, 24]
    other = Kit(ScriptedModel(fingerprint="another"))
    measured(entry, metric, replies, other, file, lambda *_: None)
    assert sum(calls[5:]) == 120  # another model's values are other values


def test_another_encoder_is_asked_anew(tmp_path, word_embedder):
    entry, calls = find("metric", "relevance"), []

    def metric(samples, kit):
        calls.append(len(samples))
        return mean_scores("m", [1.0] * len(samples), unit="", higher_is_better=True)

    class Other:
        fingerprint = "another"

    file = tmp_path / "values.json"
    for embedder in (word_embedder, word_embedder, Other()):
        kit = Kit(ScriptedModel(), embedder=embedder)
        measured(entry, metric, rated(40), kit, file, lambda *_: None)
    assert calls == [120, 120]


def test_the_report_has_every_metric_that_has_single_values_and_only_those(tmp_path):
    kit = Kit(ScriptedModel())
    kept = agreement_report(
        ["length", "word-f1", "questions", "distinct-2"], {"made": rated()}, kit, tmp_path,
        lambda *_: None,
    )  # fmt: skip
    assert {row.metric for row in kept.rows} == {ANNOTATOR, "length", "word-f1", "distinct-2"}
    assert {row.metric for row in kept.foils} >= {"length"}
    with pytest.raises(UnknownEntry, match="lenth"):
        agreement_report(["lenth"], {"made": rated()}, kit, tmp_path, lambda *_: None)


def test_what_is_saved_is_read_again_and_other_measures_stay(tmp_path):
    file = tmp_path / "kept.json"
    replies = rated()
    one = agreement("length", replies, lengths(replies), set_name="made")
    two = agreement("other", replies, lengths(replies), set_name="made")
    foil = FoilRow("length", "echo", 1.0, 2.0, 0.4, 10)
    save_kept(Kept((one,), (foil,), "first"), file)
    save_kept(Kept((two,), (), "second"), file)
    kept = read_kept(file)
    assert [row.metric for row in kept.rows] == ["length", "other"]
    assert kept.foils == (foil,)
    assert kept.rows[0].turn["spearman"].value == pytest.approx(
        one.turn["spearman"].value, abs=1e-4
    )
    file.write_text(json.dumps({"agreement": [{"metric": "x"}]}), "utf-8")
    with pytest.raises(FormatError, match="evaluate judges --save"):
        read_kept(file)


def test_sets_that_are_not_there_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PERSONAE_DATA", str(tmp_path))
    with pytest.raises(FormatError, match="PERSONAE_DATA"):
        judged_sets([], 10)
    with pytest.raises(UnknownEntry, match="usr-personachat"):
        judged_sets(["usr-personachatt"], 10)


def test_every_measure_and_judge_can_be_measured():
    names = measurable()
    assert {"usr", "usr-mlm", "usr-dr-c", "usr-dr-f", "lm-judge", "length", "apc"} <= set(names)
    for name in names:
        build("metric", name)


JUDGES = [name for name, one in entries("metric").items() if one.info.judge]


@pytest.mark.parametrize("name", [*JUDGES, "lm-judge"])
def test_what_ships_tells_of_every_judge(name):
    rows = {row.set: row for row in judge_agreement(name)}
    assert "usr-personachat" in rows
    for row in rows.values():
        assert -1 <= row.turn["spearman"].low <= row.turn["spearman"].high <= 1


def test_what_ships_knows_the_best_and_the_trivial():
    usr, length = (
        next(row for row in judge_agreement(name) if row.set == "usr-personachat")
        for name in ("usr", "length")
    )
    assert usr.turn["spearman"].value > length.turn["spearman"].value
    assert "echo" in {row.foil for row in foils_liked("relevance")}
    assert foils_liked("usr-dr-c") == []


def test_a_measure_that_was_not_compared_with_people_has_no_rows():
    assert judge_agreement("no-such-metric") == []


def test_a_report_says_what_is_known_of_a_judge_and_what_fools_it():
    told = agreement_text("relevance")
    assert told.startswith("relevance: Spearman with people, reply by reply: ")
    assert "It likes echo" in told
    assert agreement_text("no-such-metric") == ""
