"""`personae bench` and `personae compare`, with a benchmark of an extension and no real model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from personae.cli.app import run
from personae.evaluate.record import read_run, read_samples

pytestmark = pytest.mark.usefixtures("extension")


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


def test_nobody_is_told_nothing_of_the_persona_by_whom_it_is_judged(tmp_path):
    bench(tmp_path, "--no-persona", "-o", "ask=reply")
    nobody = read_samples(tmp_path / "no-persona")
    assert nobody[0].scene.persona.statements == ("I always shout.",)
    told = read_run(tmp_path / "no-persona")["benchmark"]
    assert told["persona"] == "none"


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


def test_a_smaller_limit_asks_a_part_of_a_larger_one_and_every_group(tmp_path):
    found = []
    for limit in (8, 20):
        out = tmp_path / str(limit)
        bench(out, "-o", "count=60", "--limit", limit, "--method", "")
        found.append([one.id for one in read_samples(out / "baseline-first")])
    assert len(found[0]) == 8
    assert set(found[0]) < set(found[1])
    assert {int(name.split("-")[1]) % 2 for name in found[0]} == {0, 1}


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


def judged(tmp_path: Path, script: str) -> int:
    file = tmp_path / "judge.yaml"
    file.write_text(script)
    return personae(
        "compare", tmp_path / "baseline-first", tmp_path / "baseline-random",
        "--metrics", "acme/verdict,choice-accuracy", "--judge", f"scripted:{file}",
        "--html", tmp_path / "page.html",
    )  # fmt: skip


def test_a_judge_that_answers_is_a_figure(tmp_path, capsys):
    bench(tmp_path, "--method", "")
    assert judged(tmp_path, '- {when: "LOUD", reply: "yes"}\n- "no"\n') == 0
    assert "acme/verdict" in capsys.readouterr().out


def test_a_judge_that_talks_nonsense_is_shown_as_no_number(tmp_path, capsys):
    bench(tmp_path, "--method", "")
    capsys.readouterr()
    assert judged(tmp_path, '- {when: "LOUD", reply: "yes"}\n- "Well, who can tell?"\n') == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "nan" in shown
    assert "acme/verdict: 3 of 6 values of baseline-first are not finite" in shown
    assert "Not drawn: baseline-first: nan" in (tmp_path / "page.html").read_text()


def test_a_judge_that_times_out_costs_its_metric_and_the_exit_code(tmp_path, capsys):
    bench(tmp_path, "--method", "")
    capsys.readouterr()
    assert judged(tmp_path, "- {error: timeout}\n") == 1
    captured = capsys.readouterr()
    assert "choice-accuracy" in captured.out
    assert "acme/verdict could not be measured: " in captured.err
    assert "Traceback" not in captured.err
    assert "could not be measured" in (tmp_path / "page.html").read_text()


def test_half_written_runs_are_compared_on_what_is_there(tmp_path, capsys):
    bench(tmp_path, "--method", "")
    file = tmp_path / "baseline-random" / "samples.jsonl"
    file.write_bytes(file.read_bytes()[:-30])
    page = tmp_path / "page.html"
    folders = (tmp_path / "baseline-first", tmp_path / "baseline-random")
    assert personae("compare", *folders, "--html", page) == 0
    assert "5 samples of 6 (the run is not finished)" in capsys.readouterr().out
    assert "5 of 6 (not finished)" in page.read_text()
    file.write_bytes(b"")
    assert personae("compare", *folders) == 0
    assert "baseline-random has no sample." in capsys.readouterr().out
    file.unlink()
    assert personae("compare", *folders) == 1
    assert "no samples.jsonl" in capsys.readouterr().err
    (tmp_path / "baseline-first" / "run.json").write_text('{"data"')
    assert personae("compare", *folders) == 1
    assert "This is not JSON" in capsys.readouterr().err


def test_score_asks_a_judge_too(tmp_path, capsys):
    bench(tmp_path, "--method", "")
    (tmp_path / "judge.yaml").write_text('- "yes"\n')
    words = (
        "--metrics",
        "acme/verdict",
        "--judge",
        f"scripted:{tmp_path / 'judge.yaml'}",
        "--json",
    )
    capsys.readouterr()
    assert personae("score", tmp_path / "baseline-first", *words) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metrics"]["acme/verdict"][0]["value"] == 1.0


def test_other_questions_under_one_version_are_refused(tmp_path, capsys):
    for name in ("one", "two"):
        bench(tmp_path / name, "--method", "")
    file = tmp_path / "two" / "baseline-first" / "run.json"
    record = json.loads(file.read_text())
    file.write_text(json.dumps({**record, "data": {**record["data"], "sha256": "0" * 64}}))
    capsys.readouterr()
    assert personae("compare", tmp_path / "one" / "baseline-first", file.parent) == 2
    assert "different questions under one name and version" in capsys.readouterr().err
    # Fewer of them are another matter: what both have is compared.
    bench(tmp_path / "three", "--method", "", "--limit", 3)
    folders = (tmp_path / "one" / "baseline-first", tmp_path / "three" / "baseline-first")
    assert personae("compare", *folders) == 0
