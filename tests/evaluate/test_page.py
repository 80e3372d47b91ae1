"""The page of a comparison."""

from __future__ import annotations

from pathlib import Path

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.evaluate.bench import BenchReport
from personae.evaluate.page import report_page
from personae.evaluate.score import NoModel, Run, build_metrics, measured


def run_of(name: str, replies: list[str], **record: object) -> Run:
    scene = Scene(persona=Persona(name="Ana"))
    samples = tuple(
        Sample(id=f"s{at}", scene=scene, reference="a b", reply=text)
        for at, text in enumerate(replies)
    )
    return Run(Path(name), {"method": name, "seed": 0, **record}, samples)


def page(*runs: Run, metrics: tuple[str, ...] = ("word-f1",)) -> str:
    report = measured(runs, build_metrics(metrics, {}), Kit(lm=NoModel(), seed=0))
    return report_page(BenchReport(report, {}))


def test_a_sure_difference_stands_out_and_an_unsure_one_does_not():
    worse = run_of("worse", ["c"] * 20)
    assert "<tr class=sure>" in page(worse, run_of("better", ["a b"] * 19 + ["c"]))
    assert "<tr class=sure>" not in page(worse, run_of("alike", ["c"] * 19 + ["a b"]))


def test_columns_that_are_empty_in_all_runs_are_left_out():
    assert "<th>options</th>" not in page(run_of("one", ["a", "b"]))
    assert "<th>options</th>" in page(run_of("one", ["a", "b"], options={"k": 2}))


def test_an_effect_size_is_only_told_where_the_figure_is_a_mean():
    runs = run_of("one", ["a b c d e", "a", "b"]), run_of("two", ["a b", "a b c", "x y"])
    made = page(*runs, metrics=("bleu",))
    (row,) = (part for part in made.split("<tr") if ">bleu<" in part and "two" in part)
    assert '<td class="n">–</td>' in row


def test_only_samples_that_differ_are_shown_and_of_one_run_the_worst_first():
    two = page(run_of("one", ["a b", "c", "a b"]), run_of("two", ["a b", "a b", "a b"]))
    assert two.count("<details>") == 1
    one = page(run_of("one", ["a b", "c", "a"]))
    assert "do worst by word-f1" in one
    assert one.index("<summary>s1") < one.index("<summary>s2") < one.index("<summary>s0")
