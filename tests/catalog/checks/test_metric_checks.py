"""Tests of the checks of S054 and S115: they fail when the mechanism is taken away."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from personae.catalog.check import CheckContext, CheckFailed, CheckSkipped
from personae.catalog.checks import s054_apc_score as s054
from personae.catalog.checks import s115_atomic_ooc as s115
from personae.encoders.traits import Rating
from personae.lm.scripted import ScriptedModel
from personae.metrics import apc
from personae.speaker import Speaker


class NoRelevance:
    """Everything is as relevant as everything else."""

    name = fingerprint = "none"

    def relevance(self, pairs):
        return np.full(len(pairs), 0.3)


class Mute:
    """An inference model that finds everything neutral."""

    name = fingerprint = "mute"

    def classify(self, pairs):
        return np.tile(np.array([[0.1, 0.8, 0.1]], dtype=np.float32), (len(pairs), 1))


def rates_nothing(atoms, trait):
    return [Rating(atom, trait, 3, 1.0, 3.0) for atom in atoms]


@pytest.fixture
def stories(tmp_path: Path) -> Path:
    """Stories of two people who differ in every trait; the sentences say the pole itself."""
    for number in range(64):
        poles = ("open", "cons", "extr", "agre", "emot") if number % 2 else (
            "clos", "unco", "intr", "anta", "neur")  # fmt: skip
        told = {"persona_encoding": "_".join(poles), "annotation": " ".join(f"{p}." for p in poles)}
        (tmp_path / f"{number:02}.json").write_text(json.dumps(told))
    return tmp_path


def reads_poles(atoms, trait):
    scores = [
        (5 if s115._POLES[atom[:4]][1] else 1) if s115._POLES[atom[:4]][0] == trait else None
        for atom in atoms
    ]
    return [Rating(atom, trait, score, 1.0, 3.0) for atom, score in zip(atoms, scores, strict=True)]


def test_the_worked_examples_pass():
    assert len(s115.formulas()) == 2
    assert len(s054.formula()) == 1


def test_another_spread_fails_the_worked_example_of_atoms(monkeypatch):
    monkeypatch.setattr("personae.metrics.atoms.statistics.pstdev", lambda values: 1.0)
    with pytest.raises(CheckFailed, match="worked example"):
        s115.formulas()


def test_a_judge_that_reads_poles_passes_and_a_constant_one_fails(stories):
    assert "O 1.00" in s115.tells_poles(reads_poles, stories)[0]
    with pytest.raises(CheckFailed, match=r"O 0\.50"):
        s115.tells_poles(rates_nothing, stories)


def test_a_constant_judge_fails_on_the_authors_answers(tmp_path):
    (tmp_path / "a_0.json").write_text(json.dumps({"0": {"raw_response": "I am open. I am."}}))
    with pytest.raises(CheckFailed, match="ACC of an open person's answers is 0"):
        s115.rates_the_authors_answers(rates_nothing, tmp_path)


def test_the_passive_half_taken_away_fails_the_formula(monkeypatch):
    active_only = property(lambda self: self.p_relevant * self.p_entailed)
    monkeypatch.setattr(apc.Constraint, "value", active_only)
    with pytest.raises(CheckFailed, match=r"V of the worked example is 0\.73"):
        s054.formula()


def test_without_a_relevance_or_an_inference_model_the_example_fails():
    with pytest.raises(CheckFailed, match="order does not hold"):
        s054.papers_example(Mute(), NoRelevance())


def test_relevance_that_tells_nothing_apart_fails(tmp_path):
    file = tmp_path / "x.json"
    file.write_text(json.dumps([{"persona": ["I have two dogs.", "I like jazz."]}]))
    with pytest.raises(CheckFailed, match=r"P_g 0\.30 and 0\.30"):
        s054.asked_statements(NoRelevance(), file)
    with pytest.raises(CheckFailed, match="questions answered"):
        s054.replies_beat_strangers(Mute(), NoRelevance(), file)


class EntailsItself:
    """An inference model for which a text entails itself and nothing else."""

    name = fingerprint = "literal"

    def classify(self, pairs):
        return np.array([[0.9, 0.1, 0.0] if a == b else [0.0, 1.0, 0.0] for a, b in pairs])


def test_training_that_changes_no_reply_gains_nothing(tmp_path):
    file = tmp_path / "x.json"
    personas = [{"persona": [f"i have {number} dogs ."]} for number in range(2, 14)]
    file.write_text(json.dumps(personas))
    asked = s054.questions(file)
    assert asked[0] == (("I have 2 dogs.",), "Do you have 2 dogs?")

    untuned = Speaker(ScriptedModel(["Hm."]), "plain")
    answer = {query: statements[0] for statements, query in asked}
    tuned = Speaker(ScriptedModel(lambda asked: answer[asked.messages[-1].content]), "plain")
    told = s054.training_gains(EntailsItself(), NoRelevance(), asked, [untuned, tuned], 0)
    assert "ΔV 0.000 by retrieval, 0.270 with" in told
    again = Speaker(ScriptedModel(["Hm."]), "plain")
    with pytest.raises(CheckFailed, match="gains nothing"):
        s054.training_gains(EntailsItself(), NoRelevance(), asked, [untuned, again], 0)


def test_without_its_data_the_check_is_skipped(tmp_path):
    context = CheckContext(lm=None, embedder=None, datasets_dir=tmp_path)  # type: ignore[arg-type]
    with pytest.raises(CheckSkipped, match="PERSONAE_DATA"):
        s115.check(context)
