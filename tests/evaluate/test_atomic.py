"""Rating files of responses sentence by sentence."""

from __future__ import annotations

import json

import pytest

from personae.encoders.traits import Rating
from personae.errors import FormatError
from personae.evaluate.atomic import (
    Response,
    by_classifier,
    by_model,
    rate_responses,
    read_responses,
)
from personae.lm.scripted import ScriptedModel
from personae.metrics.atomic import Target

HIGH = Target("E", "high")


def by_marks(atoms, trait):
    """Reads the score off the sentence: "5 it is." is a five, "9 it is." is not rated."""
    return [
        Rating(atom, trait, None if atom[0] == "9" else int(atom[0]), 1.0, 3.0) for atom in atoms
    ]


def test_figures_come_from_the_judges_ratings():
    responses = [
        Response("5 a. 5 b. 9 c.", "a"),
        Response("5 a. 1 b.", "a"),
        Response("1 a. 1 b.", "b"),
    ]
    report = rate_responses(responses, HIGH, by_marks)
    assert report.fidelity.accuracy == pytest.approx(((1 + 0.5) / 2 + 0) / 2)
    assert report.fidelity.internal == pytest.approx(((1 + 0) / 2 + 1) / 2)
    # Generation a has 5 5 5 1, b has 1 1: a distance of 3 of 4.
    assert report.fidelity.retest == pytest.approx(2 * (1 - 3 / 4) - 1)


def test_sentences_out_of_character_are_marked():
    told = rate_responses([Response("5 a. 1 b. 9 c.")], HIGH, by_marks).to_dict()
    marks = [atom["out_of_character"] for atom in told["responses"][0]["atoms"]]
    assert marks == [False, True, False]
    assert json.loads(json.dumps(told)) == told


def test_lines_and_the_authors_folders_are_read(tmp_path):
    file = tmp_path / "r.jsonl"
    file.write_text('{"response": "Hi.", "generation": 2, "question": "Who?"}\n{"response": ""}\n')
    assert read_responses(file) == [Response("Hi.", "2", "Who?"), Response("", "0", "")]
    folder = tmp_path / "high"
    folder.mkdir()
    for name in ("a_0.json", "a_1.json"):
        answers = {"0": {"raw_response": name, "question": "Who?"}, "1": {"raw_response": "Hm."}}
        (folder / name).write_text(json.dumps(answers))
    assert read_responses(folder) == [
        Response("a_0.json", "0", "Who?"), Response("Hm.", "0", "1"),
        Response("a_1.json", "1", "Who?"), Response("Hm.", "1", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "fault"),
    [("", "no response"), ('{"answer": "x"}', "response"), ("[1]", "object"), ("{", "JSON")],
)
def test_other_files_are_refused(tmp_path, content, fault):
    file = tmp_path / "r.jsonl"
    file.write_text(content)
    with pytest.raises(FormatError, match=fault):
        read_responses(file)


def test_a_language_model_chooses_the_likeliest_option():
    (rating,) = by_model(ScriptedModel())(["I love parties."], "E")
    assert rating.score in (None, 1, 2, 3, 4, 5)
    assert rating == by_model(ScriptedModel())(["I love parties."], "E")[0]


def test_the_offline_judge_tells_the_poles_apart():
    atoms = ["I am extremely outgoing and talkative.", "I am very shy and quiet.", "It is noon."]
    outgoing, shy, neither = by_classifier()(atoms, "E")
    assert outgoing.score == 5
    assert shy.score == 1
    assert neither.score is None
