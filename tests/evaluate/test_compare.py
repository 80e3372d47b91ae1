"""Corrected significance and effect sizes of comparisons."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.evaluate.compare import compared, effect_size, holm
from personae.evaluate.score import NoModel, Run, measured
from personae.registry import build


def test_holm_is_that_of_the_worked_example():
    """Four tests with .01, .04, .03, .005: .03, .06, .06, .02."""
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))


@given(st.lists(st.floats(min_value=0, max_value=1), max_size=20))
def test_holm_never_lowers_a_p_nor_changes_their_order(values):
    corrected = holm(values)
    assert all(after >= before for before, after in zip(values, corrected, strict=True))
    assert all(0 <= one <= 1 for one in corrected)
    order = sorted(range(len(values)), key=values.__getitem__)
    assert [corrected[at] for at in order] == sorted(corrected)


def test_the_effect_size_is_the_mean_over_the_deviation():
    assert effect_size([1.0, 2.0, 3.0]) == pytest.approx(2.0)
    assert effect_size([1.0]) is None
    assert effect_size([2.0, 2.0]) is None


def run_of(name: str, replies: list[str]) -> Run:
    scene = Scene(persona=Persona(name="Ana"))
    samples = tuple(
        Sample(id=str(at), scene=scene, reference="a b", reply=text)
        for at, text in enumerate(replies)
    )
    return Run(Path(name), {}, samples)


def test_better_worse_and_equal_samples_are_counted():
    runs = [run_of("one", ["a b", "c", "a b", "c"]), run_of("two", ["a b", "a b", "c", "a b"])]
    kit = Kit(lm=NoModel(), seed=0)
    (found,) = compared(measured(runs, {"word-f1": build("metric", "word-f1")}, kit))
    assert (found.better, found.equal, found.worse) == (2, 1, 1)
    assert found.difference.difference == pytest.approx(0.25)
    assert found.to_dict()["n"] == 4


def test_baselines_without_a_model_are_compared_by_the_headline_alone():
    base = run_of("base", ["c", "a b", "c"])
    runs = [
        run_of("one", ["a b", "c", "c"]),
        Run(base.folder, {"method": "baseline:random"}, base.samples),
    ]
    kit = Kit(lm=NoModel(), seed=0)
    metrics = {name: build("metric", name) for name in ("word-f1", "length")}
    assert [one.metric for one in compared(measured(runs, metrics, kit))] == ["word-f1"]
