"""Probing questions, and the latency of runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from personae.data import Dialogue, Persona, Turn
from personae.evaluate.latency import latency_of
from personae.evaluate.probes import probes
from personae.evaluate.targets import targets


def dialogue(name: str, *statements: str) -> Dialogue:
    return Dialogue(
        id=name,
        turns=(Turn(speaker="A", text="Hi."), Turn(speaker="B", text="Hello.")),
        personas={"B": Persona(name="B", statements=statements)},
    )


def test_each_statement_that_can_be_asked_about_is_one_probe():
    data = [dialogue("d", "i have a dog.", "i moved to spain.", "my car is red.")]
    first, second = probes(data)
    assert [turn.text for turn in first.turns] == ["Do you have a dog?", "i have a dog."]
    assert first.id == "d/probe-0"
    assert second.id == "d/probe-2"
    assert second.turns[0].text == "What is your car?"
    (target,) = targets([first])
    assert target.reference == "i have a dog."
    assert target.scene().last_user_text == "Do you have a dog?"


def test_a_persona_that_comes_again_is_not_asked_again():
    data = [dialogue("d", "i have a dog."), dialogue("e", "i have a dog."), dialogue("f", "i ski.")]
    assert [probe.id for probe in probes(data)] == ["d/probe-0", "f/probe-0"]


def test_dialogues_without_personas_have_no_probes():
    assert list(probes([Dialogue(id="d", turns=(Turn(speaker="A", text="Hi."),))])) == []


def test_latency_is_the_mean_over_samples_whatever_is_damaged(tmp_path: Path):
    (tmp_path / "timings.jsonl").write_text(
        '{"id": "a", "total_s": 9, "first_token_s": 1}\nnonsense\n{"id": "c"}\n'
        '{"id": "a", "total_s": 1.0, "first_token_s": 0.5, "first_shown_s": 1.0}\n'
        '{"id": "b", "total_s": 3.0, "first_token_s": 0.1}\n'
    )
    found = latency_of(tmp_path)
    assert (found.count, found.total_s) == (2, 2.0)
    assert found.first_token_s == pytest.approx(0.3)
    assert (found.first_shown_s, found.processor_s) == (0.5, 0.0)
    assert latency_of(tmp_path / "none").count == 0
