"""`personae evaluate consistency`: runs, figures, resuming, wrong requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from personae.cli.app import run
from personae.cli.progress import ReplyProgress

TALK = """1 your persona: I have two dogs.
2 your persona: I work at night.
3 Hi, how are you?\tTired, I worked all night.
4 Any pets?\tTwo dogs, and both snore.
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    file = tmp_path / "talks.txt"
    file.write_text(TALK * 3)
    return file


@pytest.fixture(autouse=True)
def _judged_by_words(monkeypatch, word_nli, word_embedder):
    monkeypatch.setattr("personae.cli.opening.nli_for", lambda entry: word_nli)
    monkeypatch.setattr("personae.cli.opening.judges_named", lambda names: {"second": word_nli})
    monkeypatch.setattr("personae.cli.opening.embedder_for", lambda entry: word_embedder)


@pytest.fixture
def evaluate(tmp_path, data):
    def call(*words: object) -> int:
        with pytest.raises(SystemExit) as caught:
            run(["evaluate", "consistency", "--data", str(data), "--out", str(tmp_path / "out"),
                 "--model", "scripted", *map(str, words)])  # fmt: skip
        return int(caught.value.code or 0)

    return call


def test_methods_are_compared_on_turns_and_on_probes(evaluate, tmp_path, capsys):
    assert evaluate("--limit", 4, "--probes", 2, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"turns", "probes", "latency", "agreement", "tokens"}
    rows = found["turns"]["metrics"]["contradiction-rate"]
    assert [row["n"] for row in rows] == [4, 4]
    assert "difference" in rows[1]
    assert {part: set(found["latency"][part]) for part in ("turns", "probes")} == {
        "turns": {"plain", "guard"}, "probes": {"plain", "guard"},
    }  # fmt: skip
    assert set(found["turns"]["metrics"]) >= {"contradiction-rate@second", "c-score", "relevance"}
    assert found["agreement"]["turns"]["kappa"] == 1
    assert found["agreement"]["turns"]["count"] == 8
    assert all(written > 0 for _, written in found["tokens"]["probes"].values())
    probes = (tmp_path / "out" / "probes.jsonl").read_text()
    assert "Do you have two dogs?" in probes
    assert {folder.name for folder in (tmp_path / "out").iterdir() if folder.is_dir()} == {
        "plain-turns", "plain-probes", "guard-turns", "guard-probes",
    }  # fmt: skip


def test_the_tables_name_methods_and_judge_and_a_second_call_resumes(evaluate, tmp_path, capsys):
    assert evaluate("--limit", 4, "--probes", 2) == 0
    first = capsys.readouterr().out
    samples = (tmp_path / "out" / "guard-turns" / "samples.jsonl").read_bytes()
    assert "contradiction-rate ↓" in first
    assert "Mean latency without the prompt cache" in first
    assert "The judges agree on 100.0%" in first
    assert "human replies flagged" in first
    assert evaluate("--limit", 4, "--probes", 2) == 0
    assert (tmp_path / "out" / "guard-turns" / "samples.jsonl").read_bytes() == samples


def test_the_methods_take_turns_in_blocks(evaluate, monkeypatch, tmp_path):
    written: list[str] = []
    monkeypatch.setattr("personae.cli.commands.evaluate.BLOCK_REPLIES", 2)
    monkeypatch.setattr(
        "personae.cli.replies.ReplyProgress",
        lambda name: written.append(name) or ReplyProgress(name),
    )
    assert evaluate("--limit", 4, "--probes", 2) == 0
    assert written == ["plain-turns", "guard-turns"] * 2 + ["plain-probes", "guard-probes"]


def test_the_plot_has_a_point_for_each_method_and_part(evaluate, tmp_path):
    assert evaluate("--limit", 4, "--probes", 2, "--plot", tmp_path / "p.svg") == 0
    text = (tmp_path / "p.svg").read_text()
    assert text.count("<circle") == 4
    assert "guard, probes" in text


def test_a_method_is_compared_with_itself_under_other_options(evaluate, tmp_path, capsys):
    methods = "plain,guard:remind_first=1.0:attempts=2,guard"
    assert evaluate("--limit", 4, "--probes", 2, "--methods", methods, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [run["options"].get("attempts") for run in found["probes"]["runs"]] == [None, 2, None]
    assert set(found["latency"]["turns"]) == {
        "plain", "guard-remind_first=1.0-attempts=2", "guard",
    }  # fmt: skip
    assert (tmp_path / "out" / "guard-remind_first=1.0-attempts=2-turns").is_dir()


@pytest.mark.parametrize(
    ("words", "code", "fault"),
    [
        (["--methods", "plain,gard"], 2, "Did you mean 'guard'"),
        (["--methods", "guard:draw=2"], 2, "has no option 'draw'"),
        (["--methods", "guard:draws"], 2, "draws"),
        (["--methods", "guard:detail=a/b"], 2, "detail"),
        (["--methods", ","], 2, "at least one method"),
        (["--data", "none.txt"], 1, "There is no such file"),
        (["--limit", 0], 2, "limit"),
        (["--plot", "p.png"], 2, "--plot p.svg"),
    ],
)
def test_a_wrong_request_is_one_sentence_and_writes_nothing(
    evaluate, words, code, fault, tmp_path, capsys
):
    assert evaluate(*words) == code
    assert fault in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
