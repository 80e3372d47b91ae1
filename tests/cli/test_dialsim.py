"""`personae evaluate dialsim`: tables, JSON, resuming, refusals."""

from __future__ import annotations

import json

import pytest

from personae.cli import app, opening


@pytest.fixture
def evaluate(capsys, monkeypatch, word_embedder, tmp_path):
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(opening, "embedder_for", lambda entry: word_embedder)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["evaluate", "dialsim", "--out", str(tmp_path / "out"), *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


def test_memories_are_compared_on_the_same_questions(evaluate):
    code, out, _ = evaluate("--script", "made:12", "--limit-s", "600")
    assert code == 0
    for word in ("none", "words", "vectors", "recall", "oracle", "less the first", "to search"):
        assert word in out


def test_json_and_going_on_after_a_line_that_was_cut_off(evaluate, tmp_path):
    given = ("--script", "made:12", "--memory", "words,oracle", "--limit-s", "600", "--json")
    code, out, _ = evaluate(*given)
    first = json.loads(out)
    assert code == 0
    assert first["oracle"]["accuracy"][0] >= first["words"]["accuracy"][0]
    log = tmp_path / "out/words/log.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole[:-20])
    again = json.loads(evaluate(*given)[1])
    assert again["words"]["accuracy"] == first["words"]["accuracy"]
    lines = [[json.loads(line) for line in text.splitlines()] for text in (whole, log.read_bytes())]
    for row in lines[0] + lines[1]:
        row.pop("seconds")
    assert lines[0] == lines[1]


def test_who_always_says_e_gets_their_share(evaluate):
    given = ("--script", "made:12", "--memory", "none", "--limit-s", "600", "--json")
    code, out, _ = evaluate(*given, "--reader", "unknown")
    row = json.loads(out)["none"]
    assert code == 0
    share = sum(
        n for kind, (_, n) in row["kinds"].items() if kind in ("told later", "unanswerable")
    )
    assert row["accuracy"][0] == share / sum(n for _, n in row["kinds"].values())


def test_a_model_can_answer(evaluate):
    given = ("--script", "made:8", "--memory", "none", "--reader", "model", "--model", "scripted")
    code, out, _ = evaluate(*given, "--names", "new", "--unit", "session")
    assert code == 0
    assert "accuracy" in out


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--memory", "all"), "There is no memory 'all'"),
        (("--memory", ","), "at least one"),
        (("--script", "made:x"), "is not like made:60"),
        (("--script", "made:1"), "2 to 1,000 scenes"),
        (("--script", "nowhere.json"), "There is no such file"),
        (("--script", "made:9", "--agent", "Nobody"), "is not in the script"),
    ],
)
def test_wrong_requests_are_refused(evaluate, arguments, told):
    code, _, err = evaluate(*arguments)
    assert code != 0
    assert told in " ".join(err.split())


def test_another_run_in_the_folder_is_refused(evaluate):
    assert evaluate("--script", "made:8", "--memory", "none")[0] == 0
    code, _, err = evaluate("--script", "made:9", "--memory", "none")
    assert code == 2
    assert "script='made:8', not 'made:9'" in " ".join(err.split())


def test_a_damaged_log_is_refused(evaluate, tmp_path):
    assert evaluate("--script", "made:8", "--memory", "none")[0] == 0
    (tmp_path / "out/none/log.jsonl").write_text('{"id": "other"}\n')
    code, _, err = evaluate("--script", "made:8", "--memory", "none")
    assert code == 1
    assert "does not ask the question 'other'" in " ".join(err.split())
