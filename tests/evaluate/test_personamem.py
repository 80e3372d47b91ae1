"""Tests of personae.evaluate.personamem: figures by type and by distance, of paired runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from personae.errors import InvalidOption
from personae.evaluate.personamem import (
    DISTANCE,
    FOUND,
    GAINED,
    TYPE,
    askings,
    looked_only,
    report_of,
    reports_by,
)
from personae.evaluate.score import Run


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    asked = askings(("none", "oracle"), {"people": 4}, None)
    return looked_only(Path("out"), asked)


def test_parts_hold_all_questions_once(runs):
    total = len(runs[0].samples)
    for what in (TYPE, DISTANCE):
        parts = reports_by(what, runs, FOUND, 0)
        assert sum(len(one.runs[0].samples) for one in parts.values()) == total
    assert list(reports_by(DISTANCE, runs, FOUND, 0)) == [
        "0 to 1 sessions", "2 to 3 sessions", "4 to 6 sessions", "7 to 12 sessions"
    ]  # fmt: skip


def test_right_answers_are_compared_pair_by_pair(runs):
    answered = [
        Run(run.folder, {}, tuple(one.model_copy(update={"reply": one.reference if right else ""})
                                  for one in run.samples))
        for run, right in zip(runs, (False, True), strict=True)
    ]  # fmt: skip
    none, oracle = report_of(answered, ("choice-accuracy",), 0).figures["choice-accuracy"]
    assert (none.scores.total, oracle.scores.total) == (0.0, 1.0)
    assert oracle.difference.difference == 1.0
    assert oracle.difference.count == len(runs[0].samples)


def test_a_limit_is_the_same_for_all_memories():
    asked = askings(("none", "oracle"), {"people": 4}, 10)
    ids = [[one.id for one in asking.questions] for asking in asked.values()]
    assert ids[0] == ids[1]
    assert len(ids[0]) == 10


def test_an_unknown_memory_is_refused():
    with pytest.raises(InvalidOption, match="memory='lost'"):
        askings(("lost",), {}, None)


def test_what_gains_most_is_chosen_whatever_is_likely_in_itself(runs):
    def told(sample, right):
        options = sample.record["options"]
        found = [-9.0 + 5 * (at == 0) + 2 * (right and one == sample.reference)
                 for at, one in enumerate(options)]  # fmt: skip
        return sample.model_copy(update={"record": {**sample.record, "log_likelihoods": found}})

    bare, shown = (
        Run(run.folder, {}, tuple(told(one, right) for one in run.samples))
        for run, right in zip(runs, (False, True), strict=True)
    )
    none, oracle = report_of([bare, shown], (), 0, bare).figures[GAINED]
    assert oracle.scores.total == 1.0
    assert none.scores.applicable == ()
    assert oracle.difference is None


def test_runs_without_likelihoods_gain_nothing(runs):
    scores = report_of(runs, (), 0, runs[0]).figures[GAINED][1].scores
    assert scores.applicable == ()
