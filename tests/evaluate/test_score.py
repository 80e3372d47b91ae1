"""Runs are scored, compared and written down."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import sacrebleu

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import CapabilityError, FormatError, InvalidOption, UnknownEntry
from personae.evaluate.score import (
    NoModel,
    build_metrics,
    default_metrics,
    judges_of,
    report_dict,
    score_runs,
    write_scores,
)
from personae.lm.types import LanguageModel, Request

SCENE = Scene(persona=Persona(name="Ana"))
GOLD = ["i like dogs a lot", "we went home", "what do you do", "nothing much to say", "fine thanks"]
FIRST = ["i like cats a lot", "we go home", "who are you", "nothing", "fine thanks"]
SECOND = ["i like dogs a lot", "we went home now", "what do you do", "nothing to say", "fine"]


def write_run(folder: Path, replies: list[str], *, total: int | None = None, **more: str) -> Path:
    """A run whose failed samples are given as id=error."""
    folder.mkdir()
    record = {"method": "plain", "samples": len(replies) if total is None else total}
    (folder / "run.json").write_text(json.dumps(record))
    samples = [
        Sample(
            id=f"s{at}",
            scene=SCENE,
            reference=gold,
            reply="" if f"s{at}" in more else reply,
            error=more.get(f"s{at}", ""),
        )
        for at, (gold, reply) in enumerate(zip(GOLD, replies, strict=False))
    ]
    text = "".join(f"{sample.to_json()}\n" for sample in samples)
    (folder / "samples.jsonl").write_text(text)
    return folder


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    return [write_run(tmp_path / "first", FIRST), write_run(tmp_path / "second", SECOND)]


def test_all_metrics_are_the_default_with_distinct_twice():
    names = default_metrics()
    assert {"word-f1", "bleu", "rouge-l", "distinct-1", "distinct-2", "length", "perplexity"} <= {
        *names
    }
    assert "distinct" not in names


def test_figures_lie_in_their_intervals_and_equal_the_references(runs):
    report = score_runs(runs[:1])
    figures = {name: row[0] for name, row in report.figures.items()}
    assert figures["bleu"].scores.total == sacrebleu.BLEU().corpus_score(FIRST, [GOLD]).score
    for name in ("word-f1", "rouge-l", "bleu", "distinct-1", "length"):
        span = figures[name].interval
        assert span is not None
        assert span.low <= figures[name].scores.total <= span.high, name
    assert figures["distinct-1"].scores.name == "distinct-1"
    assert figures["distinct-2"].scores.name == "distinct-2"


def test_the_second_run_is_compared_with_the_first_in_pairs(runs):
    report = score_runs(runs, ["word-f1", "perplexity"])
    first, second = report.figures["word-f1"]
    assert first.difference is None
    assert second.difference is not None
    assert second.difference.difference == pytest.approx(second.scores.total - first.scores.total)
    assert second.difference.count == 5
    assert 0 < second.difference.p <= 1
    assert report.figures["perplexity"][1].difference is None


def test_samples_are_matched_by_id_not_by_place(tmp_path):
    one = write_run(tmp_path / "one", FIRST, s1="timeout")
    other = write_run(tmp_path / "other", SECOND[:4], s3="timeout")
    lines = (other / "samples.jsonl").read_text().splitlines()
    (other / "samples.jsonl").write_text("\n".join([*reversed(lines), ""]))
    difference = score_runs([one, other], ["word-f1"]).figures["word-f1"][1].difference
    assert difference is not None
    assert difference.count == 2  # s0 and s2 are in both, s1 and s3 failed in one, s4 is in one
    f1_of_cats, f1_of_who = 2 * (3 / 4) * (3 / 4) / (3 / 2), 2 * (1 / 3) * (1 / 4) / (7 / 12)
    assert difference.difference == pytest.approx((2 - f1_of_cats - f1_of_who) / 2)


def test_one_seed_gives_one_report(runs):
    assert report_dict(score_runs(runs, seed=5)) == report_dict(score_runs(runs, seed=5))


def test_scores_are_written_into_each_run_as_if_scored_alone(runs):
    files = write_scores(score_runs(runs))
    assert files == (runs[0] / "scores.json", runs[1] / "scores.json")
    together = files[1].read_text()
    write_scores(score_runs(runs[1:]))
    assert files[1].read_text() == together
    value = json.loads(together)
    assert value["ids"] == ["s0", "s1", "s2", "s3", "s4"]
    assert value["values"]["word-f1"][0] == 1.0
    figure = value["metrics"]["perplexity"][0]
    assert (figure["value"], figure["interval"], figure["n"]) == (None, None, 0)


def test_failed_and_missing_samples_are_counted(tmp_path):
    folder = write_run(tmp_path / "run", FIRST, total=9, s2="It took too long.")
    (run,) = report_dict(score_runs([folder], ["length"]))["runs"]
    assert (run["samples"], run["asked"]) == (5, 9)
    assert run["failed"] == [{"id": "s2", "error": "It took too long."}]


def test_options_reach_their_metric(runs):
    report = score_runs(runs[:1], ["bleu", "distinct-1"], options={"bleu.n": 2})
    expected = sacrebleu.BLEU(max_ngram_order=2).corpus_score(FIRST, [GOLD]).score
    assert report.figures["bleu"][0].scores.total == expected


def test_any_distinct_n_can_be_asked_for(runs):
    assert score_runs(runs[:1], ["distinct-3"]).figures["distinct-3"][0].scores.name == "distinct-3"


def test_a_metric_can_be_asked_from_two_judges_at_once(runs, word_nli):
    class Lenient(type(word_nli)):
        name = fingerprint = "lenient"

        def classify(self, pairs):
            return super().classify(pairs)[:, [0, 2, 1]]

    names = ["c-score", "c-score@second"]
    report = score_runs(runs[:1], names, nli=word_nli, judges={"second": Lenient()})
    first, second = (report.figures[name][0].scores for name in names)
    assert (first.detail["judge"], second.detail["judge"]) == ("word-nli", "lenient")
    assert judges_of([*names, "bleu"]) == ("second",)
    with pytest.raises(CapabilityError, match="judge 'third'"):
        score_runs(runs[:1], ["c-score@third"], nli=word_nli)


@pytest.mark.parametrize(
    ("names", "options", "error", "fault"),
    [
        (["bleu@second"], {}, UnknownEntry, "Did you mean 'bleu'"),
        (["blue"], {}, UnknownEntry, "Did you mean 'bleu'"),
        (["length-2"], {}, UnknownEntry, "Did you mean 'length'"),
        (["distinct-0"], {}, InvalidOption, "n=0"),
        (["bleu"], {"bleu.nonsense": 1}, InvalidOption, "no option 'nonsense'"),
        (["bleu"], {"length.unit": "words"}, InvalidOption, "no option of a metric"),
        (["bleu"], {"n": 2}, InvalidOption, r"metric\.option=value"),
    ],
)
def test_wrong_metrics_and_options_are_refused(names, options, error, fault):
    with pytest.raises(error, match=fault):
        build_metrics(names, options)


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("run.json", None, "There is no run here"),
        ("run.json", b"[1]", "not the record of a run"),
        ("run.json", b"\xff", "not JSON"),
        ("run.json", b"[" * 100_000, "not JSON"),
        ("run.json", b" " * (2**20 + 1), "not the record of a run"),
        ("samples.jsonl", None, "There is no run here"),
        ("samples.jsonl", b'{"id": "a", "scene": {}}\n', "line 1: Not a valid Sample"),
        ("samples.jsonl", b'{"id": 7}\n{}\n', "line 1: Not a valid Sample"),
        ("samples.jsonl", b"\xff}\n", "line 1: This is not JSON"),
    ],
)
def test_damaged_runs_are_one_sentence(name, content, fault, runs):
    if content is None:
        (runs[0] / name).unlink()
    else:
        (runs[0] / name).write_bytes(content)
    with pytest.raises(FormatError, match=fault):
        score_runs(runs[:1])


def test_an_empty_run_has_no_figures_but_is_no_error(tmp_path):
    folder = write_run(tmp_path / "run", [])
    report = score_runs([folder])
    assert all(math.isnan(row[0].scores.total) for row in report.figures.values())


def test_a_metric_that_needs_a_model_says_so():
    model = NoModel()
    assert isinstance(model, LanguageModel)
    with pytest.raises(CapabilityError, match="needs a language model"):
        model.generate(Request())
    with pytest.raises(CapabilityError):
        Kit(lm=model).needs("The judge", "chat")
