"""`personae bench` and `personae compare`, with a benchmark of an extension and no real model."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from personae import registry
from personae.cli.app import run
from personae.evaluate.record import read_run, read_samples

PLUGIN = Path(__file__).parents[1] / "example_plugin"


@pytest.fixture(autouse=True)
def extension(monkeypatch):
    monkeypatch.syspath_prepend(PLUGIN)
    monkeypatch.setattr(registry, "_plugin_packages", lambda: (("acme", "personae_shout"),))
    registry.entries.cache_clear()
    yield
    registry.entries.cache_clear()
    for name in [name for name in sys.modules if name.startswith("personae_shout")]:
        del sys.modules[name]


def personae(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        run([str(word) for word in words])
    return caught.value.code or 0


def bench(out: Path, *words: object) -> int:
    return personae("bench", "acme/loudness", "--model", "scripted", "--out", out, *words)


def test_it_prints_methods_beside_baselines_and_groups(tmp_path, capsys):
    assert bench(tmp_path, "--no-persona") == 0
    shown = capsys.readouterr().out
    for word in ("plain", "no-persona", "baseline-random", "baseline-first"):
        assert word in shown
    assert "Made up for this test." in shown
    assert "even (3)" in shown
    assert "odd (3)" in shown
    assert "Against plain, on common samples" in shown
    samples = read_samples(tmp_path / "plain")
    assert [one.id for one in samples] == [f"loud-{at}" for at in range(6)]
    assert samples[0].record["labels"] == {"number": 0}


def test_the_first_option_baseline_is_right_in_the_even_half(tmp_path, capsys):
    bench(tmp_path, "--method", "", "--json")
    found = json.loads(capsys.readouterr().out)
    values = {Path(one["run"]).name: one["value"] for one in found["metrics"]["choice-accuracy"]}
    assert values["baseline-first"] == 0.5
    even = found["groups"]["even"]["choice-accuracy"]
    assert {Path(one["run"]).name: one["value"] for one in even}["baseline-first"] == 1.0


def test_the_record_rebuilds_the_benchmark(tmp_path):
    bench(tmp_path, "-o", "count=4", "--seed", "5")
    known = read_run(tmp_path / "plain")["benchmark"]
    assert known["name"] == "acme/loudness"
    assert known["options"] == {"count": 4}
    assert known["metrics"] == ["choice-accuracy"]


def test_the_same_command_resumes_and_another_version_is_refused(tmp_path, capsys):
    bench(tmp_path)
    before = (tmp_path / "plain" / "samples.jsonl").read_bytes()
    assert bench(tmp_path) == 0
    assert (tmp_path / "plain" / "samples.jsonl").read_bytes() == before
    capsys.readouterr()
    assert bench(tmp_path, "-o", "version=b") == 2
    assert "begun with other settings: benchmark is" in capsys.readouterr().err


def test_limit_spreads_the_questions_over_all(tmp_path):
    bench(tmp_path, "--limit", 3, "--method", "")
    ids = [one.id for one in read_samples(tmp_path / "baseline-first")]
    assert ids == ["loud-0", "loud-2", "loud-4"]


def test_one_question_has_no_interval(tmp_path, capsys):
    bench(tmp_path, "--limit", 1, "--method", "", "--html", tmp_path / "page.html")
    assert "[" not in capsys.readouterr().out.split("choice-accuracy")[1].splitlines()[0]
    assert "One sample has no interval." in (tmp_path / "page.html").read_text()


def test_runs_of_two_versions_are_not_compared(tmp_path, capsys):
    bench(tmp_path / "one", "--method", "")
    bench(tmp_path / "two", "--method", "", "-o", "version=b")
    capsys.readouterr()
    code = personae(
        "compare", tmp_path / "one" / "baseline-first", tmp_path / "two" / "baseline-first"
    )
    assert code == 2
    assert "do not answer the same questions" in capsys.readouterr().err


def test_compare_measures_by_the_benchmarks_own_metrics(tmp_path, capsys):
    bench(tmp_path, "--method", "")
    capsys.readouterr()
    page = tmp_path / "page.html"
    code = personae(
        "compare", tmp_path / "baseline-first", tmp_path / "baseline-random", "--html", page
    )
    assert code == 0
    assert "Against baseline-first" in capsys.readouterr().out
    text = page.read_text()
    assert "&lt;b&gt;0&lt;/b&gt;" in text
    assert "<b>0</b>" not in text
    assert "<script" not in text
    assert "http://" not in text


def test_all_answers_failing_is_one_sentence(tmp_path, capsys):
    code = personae(
        "bench", "acme/loudness", "--model", "scripted:fail=timeout", "--out", tmp_path,
        "-o", "ask=reply",
    )  # fmt: skip
    assert code != 0
    assert "Traceback" not in capsys.readouterr().err


def test_an_unknown_benchmark_names_those_that_are_there(tmp_path, capsys):
    assert personae("bench", "loudnes", "--out", tmp_path) == 2
    assert "acme/loudness" in capsys.readouterr().err
