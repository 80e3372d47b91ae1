"""`personae evaluate memory-probe` and `emotions`: tables, JSON, resuming, refusals."""

from __future__ import annotations

import json

import pytest

from personae.cli import app, opening

CHAT = {
    "speaker_a": "Ana",
    "session_1_date_time": "1:56 pm on 8 May, 2023",
    "session_1": [
        {"speaker": "Ana", "dia_id": "D1:1", "text": "I ski in Graz."},
        {"speaker": "Bo", "dia_id": "D1:2", "text": "I have a red boat."},
        {"speaker": "Ana", "dia_id": "D1:3", "text": "Fine weather."},
    ],
    "qa": [
        {"question": "Who skis?", "answer": "Ana", "evidence": ["D1:1"], "category": 4},
        {"question": "Whose boat?", "answer": "Bo", "evidence": ["D1:2"], "category": 1},
    ],
}


@pytest.fixture
def evaluate(capsys, monkeypatch, word_embedder):
    monkeypatch.setattr(opening, "embedder_for", lambda entry: word_embedder)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["evaluate", *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def chat(tmp_path):
    file = tmp_path / "26.json"
    file.write_text(json.dumps(CHAT))
    return file


def test_memories_are_compared_and_the_run_goes_on(evaluate, chat, tmp_path):
    given = ("memory-probe", "--data", str(chat), "--out", str(tmp_path / "out"),
             "--model", "scripted")  # fmt: skip
    code, out, _ = evaluate(*given, "--memory", "none,words", "--limit", "1")
    assert code == 0
    for word in ("evidence", "answer F1", "none", "words", "1 questions", "single-hop (1)"):
        assert word in out
    kept = (tmp_path / "out/words/samples.jsonl").read_bytes()
    code, out, _ = evaluate(*given, "--memory", "words,oracle", "--limit", "1", "--json")
    found = json.loads(out)["metrics"]
    assert code == 0
    assert [one["value"] for one in found["evidence shown"]] == [1.0, 1.0]
    assert (tmp_path / "out/words/samples.jsonl").read_bytes() == kept
    code, _, err = evaluate(*given, "--memory", "words", "--limit", "2")
    assert code == 2
    assert "limit" in err


def test_looking_alone_asks_no_model_and_writes_nothing(evaluate, chat, tmp_path):
    given = ("memory-probe", "--data", str(chat), "--out", str(tmp_path / "out"), "--no-answers",
             "--model", "scripted")  # fmt: skip
    code, out, _ = evaluate(*given, "--memory", "none,vectors,whole", "--json")
    figures = json.loads(out)["metrics"]
    assert code == 0
    assert "answer F1" not in figures
    assert [one["value"] for one in figures["evidence found in 5"]] == [0.0, 1.0, None]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--memory", "all"), "There is no memory 'all'"),
        (("--data", "nowhere.json"), "There is no such file"),
    ],
)
def test_wrong_requests_are_refused(evaluate, chat, tmp_path, arguments, told):
    given = ("memory-probe", "--data", str(chat), "--out", str(tmp_path / "o"), *arguments)
    code, _, err = evaluate(*given)
    assert code != 0
    assert told in " ".join(err.split())


def test_a_folder_without_chats_is_refused(evaluate, tmp_path):
    code, _, err = evaluate("memory-probe", "--data", str(tmp_path), "--out", str(tmp_path / "o"))
    assert code == 1
    assert "no .json file" in err


def test_emotions_are_tabled(evaluate, tmp_path):
    file = tmp_path / "a.jsonl"
    turns = [{"emotion": name, "act": "inform", "text": "Hi ?"} for name in ("anger", "fear")]
    file.write_text(json.dumps({"fold": "test", "topic": "work", "dialogue": turns}) + "\n")
    code, out, _ = evaluate("emotions", str(file))
    assert code == 0
    assert "grounding" in out
    code, out, _ = evaluate("emotions", str(file), "--json")
    assert json.loads(out)["B"] == {
        "turns": 1, "diversity": 0.0, "stability": None, "alignment": 0.0, "grounding": 1.0,
    }  # fmt: skip
    assert evaluate("emotions", str(file), "--label", "mood")[0] == 1
