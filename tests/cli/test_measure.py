"""`personae measure attributes`: what is repeated, how rare words are, who asks."""

from __future__ import annotations

import json

import pytest

from personae.cli import app
from personae.encoders import embedder


@pytest.fixture
def measure(capsys, monkeypatch, word_embedder):
    """Runs `personae measure attributes`."""
    monkeypatch.setattr(embedder, "open_embedder", lambda: word_embedder)

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(["measure", "attributes", *arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return run


@pytest.fixture
def dialogues(tmp_path):
    texts = ("Do you like tea?", "I like tea.", "I like tea too.")
    roles = ("user", "assistant", "user")
    messages = [{"role": r, "content": t} for r, t in zip(roles, texts, strict=True)]
    file = tmp_path / "dialogues.jsonl"
    file.write_text(json.dumps({"messages": messages}) + "\n")
    return str(file)


def test_the_table_has_a_row_an_attribute_and_a_column_a_speaker(measure, dialogues):
    code, out, _ = measure(dialogues)
    assert code == 0
    for attribute in ("extrep_2gram", "partnerrep_nonstopword", "nidf", "relatedness", "question"):
        assert attribute in out
    assert "all" in out.splitlines()[1]


def test_the_json_has_the_turns_where_they_are_asked_for(measure, dialogues):
    told = json.loads(measure(dialogues, "--json")[1])
    assert "turns" not in told
    told = json.loads(measure(dialogues, "--json", "--by-turn")[1])
    assert [turn["question"] for turn in told["turns"]] == [1.0, 0.0, 0.0]
    assert told["speakers"]["all"]["turns"] == 3


def test_an_empty_file_is_refused_in_a_sentence(measure, tmp_path):
    file = tmp_path / "none.jsonl"
    file.write_text("")
    code, _, err = measure(str(file))
    assert code != 0
    assert "Traceback" not in err
