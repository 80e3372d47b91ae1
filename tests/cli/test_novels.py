"""`personae evaluate decision-memory` and `personae data make novels|profile|chain`."""

from __future__ import annotations

import json

import pytest

from personae.benchmarks import lifechoice
from personae.cli import app, opening
from personae.formats.behaviorchain import read_chains
from personae.formats.lifechoice import read_decisions
from personae.lm.scripted import ScriptedModel
from personae.load import load_persona


@pytest.fixture
def run(capsys, monkeypatch, word_embedder, word_nli):
    monkeypatch.setattr(lifechoice, "shipped_embedder", lambda: word_embedder)
    monkeypatch.setattr(lifechoice, "shipped_nli", lambda: word_nli)

    def told(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            app.run(list(arguments))
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return told


def test_memories_are_compared_as_json(run):
    code, out, _ = run(
        "evaluate", "decision-memory", "--novels", "1", "--memory", "none,charmap,expert", "--json"
    )
    assert code == 0
    figures = json.loads(out)["metrics"]["evidence-shown"]
    assert [one["value"] for one in figures][::2] == [0.0, 1.0]


def test_a_table_says_what_each_motivation_gets(run):
    code, out, err = run(
        "evaluate", "decision-memory", "--novels", "1", "--memory", "words,all-lines", "--limit",
        "4",
    )  # fmt: skip
    assert code == 0
    assert "4 decisions of made" in out
    assert "By motivation" in out
    assert "words: 4 of 4" in err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--memory", "telepathy"), "The memory 'telepathy' cannot be"),
        (("--memory", "charmap:tarot"), "by='tarot'"),
        (("--find", "smell"), "find='smell'"),
        (("--split", "train"), "no split 'train'"),
        (("--data", "nowhere.json"), "no such file"),
    ],
)
def test_bad_input_is_one_sentence(run, arguments, sentence):
    code, _, err = run("evaluate", "decision-memory", "--novels", "1", *arguments)
    assert code != 0
    assert sentence in err
    assert "Traceback" not in err


def test_novels_are_written_as_items_and_as_chains(run, tmp_path):
    items, chains = tmp_path / "i.jsonl", tmp_path / "c.jsonl"
    assert run("data", "make", "novels", "--out", str(items), "--n", "2")[0] == 0
    assert len(list(read_decisions(items))) == 20
    code, out, _ = run(
        "data", "make", "novels", "--out", str(chains), "--n", "2", "--to", "behaviorchain",
        "--json",
    )  # fmt: skip
    assert code == 0
    assert json.loads(out)["items"] == 2
    assert len(list(read_chains(chains))) == 2
    assert run("data", "make", "novels", "--out", str(items))[0] == 2  # it exists
    assert run("data", "make", "novels", "--out", str(tmp_path / "x"), "--to", "verse")[0] == 2


def test_a_card_describes_its_own_characters_decisions(run, tmp_path):
    items, card = tmp_path / "i.jsonl", tmp_path / "c.yaml"
    run("data", "make", "novels", "--out", str(items), "--n", "1")
    name = next(read_decisions(items)).character
    card.write_text(f"name: {name}\nstatements: [{name} likes tea.]\n")
    arguments = ("evaluate", "decision-memory", "--data", str(items), "--memory", "charmap")
    code, out, _ = run(*arguments, "--card", str(card), "--json")
    assert code == 0
    assert json.loads(out)["metrics"]["evidence-shown"][0]["n"] == 10
    assert f"these do: {name}" in run(*arguments, "--card", "ana")[2]


def test_a_novel_is_written_to_be_read(run, tmp_path):
    out = tmp_path / "novel.txt"
    assert run("data", "make", "novels", "--out", str(out), "--n", "1", "--to", "text")[0] == 0
    assert len(out.read_text().split()) > 3_000


def test_a_profile_becomes_a_card_and_an_interrupted_one_goes_on(run, tmp_path, monkeypatch):
    story, card = tmp_path / "s.txt", tmp_path / "ana.yaml"
    story.write_text("Ana ran to the sea. " * 100)
    lm = ScriptedModel(["Ana is fond of the sea."])
    monkeypatch.setattr(opening, "open_named_model", lambda *_, **__: lm)
    arguments = ("data", "make", "profile", str(story), "--name", "Ana", "--out", str(card))
    assert run(*arguments)[0] == 0
    assert load_persona(str(card)).statements == ("Ana is fond of the sea.",)
    assert not (tmp_path / ".ana.yaml.answers.jsonl").exists()
    assert "exists" in run(*arguments)[2]
    assert "spelt" in run(*arguments[:5], "Cleo", "--out", str(tmp_path / "c.yaml"))[2]
    assert "no way 'guess'" in run(*arguments, "--way", "guess", "--force")[2]


def test_a_chain_that_does_not_come_out_is_one_sentence(run, tmp_path, monkeypatch):
    story = tmp_path / "s.txt"
    story.write_text("Ana ran to the sea. " * 200)
    lm = ScriptedModel(["I cannot say."])
    monkeypatch.setattr(opening, "open_named_model", lambda *_, **__: lm)
    code, _, err = run(
        "data", "make", "chain", str(story), "--name", "Ana", "--out", str(tmp_path / "c.jsonl")
    )
    assert code == 2
    assert "larger model" in err
