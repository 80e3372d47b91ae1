"""What cannot be measured is said, never averaged away."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import BackendError, Cancelled
from personae.evaluate.bench import BenchReport
from personae.evaluate.faults import faults_of, figure_text
from personae.evaluate.page import report_page
from personae.evaluate.score import (
    NoModel,
    Report,
    Run,
    build_metrics,
    default_metrics,
    failed_metrics,
    measured,
    report_dict,
)
from personae.metrics.types import Scores, mean_scores

KIT = Kit(lm=NoModel(), seed=0)


def run_of(name: str, replies: Sequence[str | None]) -> Run:
    """A run; None is a failed sample."""
    scene = Scene(persona=Persona(name="Ana"))
    samples = tuple(
        Sample(id=f"s{at}", scene=scene, reference="a b", reply=text or "",
               error="" if text is not None else "The model timed out.")
        for at, text in enumerate(replies)
    )  # fmt: skip
    return Run(Path(name), {"samples": len(replies)}, samples)


def valued(values: Sequence[float | None]) -> Report:
    """A report of one metric with these values, beside a run with ones."""

    def metric(samples: Sequence[Sample], kit: Kit) -> Scores:
        mine = values if samples[0].reply == "x" else [1.0] * len(samples)
        return mean_scores("made-up", mine, unit="0–1", higher_is_better=True)

    runs = [run_of("one", ["y"] * len(values)), run_of("two", ["x"] * len(values))]
    return measured(runs, {"made-up": metric}, KIT)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1.0, math.nan, 0.0], "nan"),
        ([1.0, math.inf, 0.0], "inf"),
        ([math.inf, -math.inf, 0.0], "nan"),
        ([None, None, None], "–"),
        ([1e308, 1e308, 1e308], "inf"),
        ([0.5, None, 0.0], "0.25"),
    ],
)
def test_a_value_that_is_no_number_is_shown_and_not_averaged(values, shown):
    report = valued(values)
    figure = report.figures["made-up"][1]
    assert figure_text(figure, ".2f") == shown
    odd = [at for at, value in enumerate(values) if value is not None and not math.isfinite(value)]
    said = [one for one in faults_of(report, ["one", "two"]) if "not finite" in one]
    assert bool(said) == bool(odd)
    if shown != "0.25":
        assert figure.interval is None
        assert figure.difference is None
    page = report_page(BenchReport(report, {}))
    assert (f"Not drawn: two: {shown}." in page) == (shown != "0.25")
    text = json.dumps(report_dict(report), allow_nan=False)
    assert ('"not_finite": ["s' in text) == bool(odd)


def test_a_judge_that_fails_costs_its_own_metric_only():
    def broken(samples: Sequence[Sample], kit: Kit) -> Scores:
        raise BackendError("http://me:secret@judge timed out.", failure="timeout")

    runs = [run_of("one", ["a b", "c"]), run_of("two", ["a b", "a"])]
    report = measured(runs, {"judged": broken, **build_metrics(["word-f1"], {})}, KIT)
    assert report.figures["word-f1"][0].scores.total == pytest.approx(0.5)
    assert failed_metrics(report) == {"judged": "http://judge timed out."}
    said = faults_of(report, ["one", "two"])
    assert said == ["judged could not be measured: http://judge timed out."]
    assert "judged could not be measured" in report_page(BenchReport(report, {}))
    assert report_dict(report)["metrics"]["judged"][0]["value"] is None


def test_a_cancelled_judge_is_no_failure():
    def stopped(samples: Sequence[Sample], kit: Kit) -> Scores:
        raise Cancelled

    with pytest.raises(Cancelled):
        measured([run_of("one", ["a"])], {"judged": stopped}, KIT)


@pytest.mark.parametrize("replies", [[], [None, None], ["a b"], [""]])
def test_all_metrics_and_the_page_take_nothing_failures_and_one_sample(replies):
    runs = [run_of("one", replies), run_of("two", replies)]
    report = measured(runs, build_metrics(default_metrics(), {}), KIT)
    assert all(figure.interval is None for row in report.figures.values() for figure in row)
    page = report_page(BenchReport(report, {}))
    said = faults_of(report, ["one", "two"])
    wanted = {0: "one has no sample.", 1: "one has one sample only: no interval, no comparison."}
    assert wanted.get(len(replies), "All samples of one failed.") in said
    assert said[0] in page
    json.dumps(report_dict(report), allow_nan=False)


def test_runs_without_common_samples_are_not_compared_and_it_is_said():
    first, other = run_of("one", ["a b", "c"]), run_of("two", ["a b", "c"])
    renamed = tuple(one.model_copy(update={"id": f"t-{one.id}"}) for one in other.samples)
    report = measured([first, Run(other.folder, {}, renamed)], build_metrics(["word-f1"], {}), KIT)
    assert report.figures["word-f1"][1].difference is None
    assert faults_of(report, ["one", "two"]) == [
        "two and one have no samples in common: they are not compared."
    ]
