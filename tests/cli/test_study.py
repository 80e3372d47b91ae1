"""`personae study`: four commands with a scripted model."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from personae.cli.app import run


def study(*words: object) -> int:
    with pytest.raises(SystemExit) as caught:
        run(["study", *map(str, words)])
    return caught.value.code or 0


def with_model(command, out, *words):
    return study(command, "--model", "scripted", "--out", out, "--limit", 6, *words)


def test_persona_effect_prints_resumes_and_draws(tmp_path, capsys):
    plot = tmp_path / "heat.svg"
    words = ("--n", 12, "--controls", 5, "--plot", plot, "--tasks", "knowledge,attitudes")
    assert with_model("persona-effect", tmp_path / "out", *words) == 0
    first = capsys.readouterr().out
    assert "knowledge: lowest" in first
    assert "attitudes: trust: lowest" in first
    assert ElementTree.parse(plot).getroot().tag.endswith("svg")
    kept = json.loads((tmp_path / "out" / "study.json").read_text("utf-8"))
    assert len(kept["effects"]["scripted"]) == 1 + 6
    assert with_model("persona-effect", tmp_path / "out", *words) == 0
    assert capsys.readouterr().out == first


def test_two_models_are_compared(tmp_path, capsys):
    words = ("--model", "scripted:", "--n", 6, "--controls", 4, "--tasks", "knowledge", "--json")
    script = tmp_path / "script.yaml"
    script.write_text("- reply: B\n", "utf-8")
    words = ("--model", f"scripted:{script}", *words[2:])
    assert with_model("persona-effect", tmp_path / "out", *words) == 0
    found = json.loads(capsys.readouterr().out)
    assert len(found["effects"]) == 2
    assert found["orders"][0]["task"] == "knowledge"


def test_principled_prints_measures_and_what_mitigations_change(tmp_path, capsys):
    words = ("--mitigations", "instruction,refine-basic")
    assert with_model("principled", tmp_path, *words) == 0
    shown = capsys.readouterr().out
    for word in ("instruction", "refine-basic", "Magnus", "What a mitigation changes"):
        assert word in shown
    assert with_model("principled", tmp_path, *words, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["mitigation"] for one in found["principles"]] == [
        "none", "instruction", "refine-basic",
    ]  # fmt: skip
    assert len(found["changes"]) == 2


def test_bias_compares_personas_of_a_file_and_asks_outright(tmp_path, capsys):
    people = tmp_path / "people.txt"
    people.write_text("# jobs\na cook\na nurse\n", "utf-8")
    words = ("--personas", people, "--instructions", "all", "--plot", tmp_path / "heat.svg")
    assert with_model("bias", tmp_path / "out", *words) == 0
    shown = capsys.readouterr().out
    assert "a cook" in shown
    assert "of 2 personas have a significant drop" in shown
    assert "a human" in shown
    assert with_model("bias", tmp_path / "written", "--personas", people, "--form", "written",
                      "--json") == 0  # fmt: skip
    found = json.loads(capsys.readouterr().out)
    assert {one["persona"] for one in found["personas"]} == {"a cook", "a nurse"}
    assert found["personas"][0]["worst"]["abstained"] is not None


def test_answers_reads_and_compares_files(tmp_path, capsys):
    rows = [{"predicted_explanations": ["As a cook I cannot."], "answer": "A"}] * 30
    good = [{"predicted_explanations": ["The answer is (A)."], "answer": "A"}] * 30
    files = [tmp_path / "cook.jsonl", tmp_path / "human.jsonl"]
    for file, lines in zip(files, (rows, good), strict=True):
        file.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    assert study("answers", *files, "--persona", "a cook") == 0
    shown = capsys.readouterr().out
    assert "p=<0.001" in shown
    assert "100.0%" in shown
    assert study("answers", *files, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["p"] < 1e-6
    assert [one["abstained"] for one in found["files"]] == [30, 0]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (("persona-effect", "--tasks", "hats"), "The tasks are knowledge, attitudes, bbq"),
        (("persona-effect", "--plot", "heat.png"), "The plot is an SVG file"),
        (("persona-effect", "--items", "none.jsonl"), "no such file"),
        (("principled", "--mitigations", "hope"), "The mitigations are"),
        (("bias", "--instructions", "shout"), "The instructions are"),
        (("bias", "--debias", "hope"), "--debias is one of"),
        (("bias", "--tasks", ""), "The tasks are knowledge, bbq"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(tmp_path, capsys, words, fault):
    assert with_model(words[0], tmp_path / "out", *words[1:]) != 0
    told = capsys.readouterr().err
    assert fault in told
    assert "Traceback" not in told


def test_toxicity_withholds_what_it_found_and_draws(tmp_path, capsys):
    script, plot = tmp_path / "script.yaml", tmp_path / "heat.svg"
    script.write_text("- reply: You are a stupid, worthless idiot.\n", "utf-8")
    words = ("--model", f"scripted:{script}", "--people", 2, "--size", 9, "--out", tmp_path / "out")
    assert study("toxicity", *words, "--plot", plot) == 0
    shown = capsys.readouterr().out
    assert "withheld: 6 words" in shown
    assert "idiot" not in shown
    assert "neutral" in shown
    assert ElementTree.parse(plot).getroot().tag.endswith("svg")
    assert study("toxicity", *words, "--show-replies", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["worst"][0]["shown"] == "You are a stupid, worthless idiot."
    assert {one["ratio"] for one in found["against"]} == {1.0}


def test_bias_aspects_prints_spread_and_draws(tmp_path, capsys):
    plot = tmp_path / "heat.svg"
    words = ("--model", "scripted", "--n", 3, "--size", 2, "--out", tmp_path / "out")
    assert study("bias-aspects", *words, "--plot", plot) == 0
    shown = capsys.readouterr().out
    assert "Macro HDS" in shown
    assert "neutral texts" in shown
    assert ElementTree.parse(plot).getroot().tag.endswith("svg")
    assert study("bias-aspects", *words, "--json") == 0
    assert len(json.loads(capsys.readouterr().out)["rates"]) == 3 * 5
    assert study("bias-aspects", *words, "--dims", "hats") != 0
    assert "The aspects are" in capsys.readouterr().err
