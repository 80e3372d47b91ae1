"""The cross product: every system on the same goals, resumable, with each module's own figure."""

from __future__ import annotations

import pytest

from personae.errors import CapabilityError, FormatError, InvalidOption, UnknownEntry
from personae.evaluate.task_dialogue.domain import open_domain
from personae.evaluate.task_dialogue.matrix import (
    Means,
    Result,
    Workshop,
    combinations,
    components,
    difference,
    needs,
    read_outcomes,
    run_system,
    slots_compared,
    tau_over_systems,
)
from personae.evaluate.task_dialogue.pipeline import Outcome
from personae.lm.scripted import ScriptedModel

TOWN = open_domain()
CHOSEN = {"nlu": ["rule", "noisy:0.5"], "dst": ["rule"], "policy": ["rule"],
          "nlg": ["template", "terse"]}  # fmt: skip


@pytest.fixture
def workshop(word_embedder):
    return Workshop(Means(TOWN, lambda: ScriptedModel(["x"]), lambda: word_embedder))


@pytest.fixture
def results(workshop):
    return [
        Result(one, tuple(run_system(TOWN, workshop.pipeline(one), one, 20, 0)))
        for one in combinations(CHOSEN)
    ]


def test_every_combination_is_made_once():
    assert len(combinations(CHOSEN)) == 4
    assert combinations(CHOSEN)[0] == ("rule", "rule", "rule", "template")
    with pytest.raises(UnknownEntry, match="dst module"):
        combinations({**CHOSEN, "dst": ["trade"]})
    with pytest.raises(InvalidOption, match="at least one module for nlg"):
        combinations({**CHOSEN, "nlg": []})


def test_noise_must_be_a_share(workshop):
    with pytest.raises(InvalidOption, match="'2' is no share"):
        workshop.module("nlu", "noisy:2")
    with pytest.raises(InvalidOption, match="'x' is no share"):
        workshop.module("nlu", "noisy:x")


def test_systems_have_figures_with_intervals(results):
    best = max(results, key=lambda one: one.success)
    assert best.modules[0] == "rule"
    figures = best.figures()
    assert set(figures) == {"complete", "success", "book", "inform F1", "turns"}
    value, span = figures["turns"]
    assert span is not None
    assert span.low < value < span.high


def test_modules_are_measured_alone_and_compared(results, workshop):
    figures = components(CHOSEN, workshop, TOWN)
    assert figures["nlu", "rule"] > figures["nlu", "noisy:0.5"]
    assert figures["policy", "rule"] == 1.0
    assert figures["nlg", "template"] > figures["nlg", "terse"]
    slots = {one.slot: one for one in slots_compared(results, figures)}
    assert set(slots) == {"nlu", "nlg"}
    assert slots["nlu"].tau == 1.0
    assert tau_over_systems(results, figures, "nlu") > 0.5
    change = difference(results, "nlu", "rule", "noisy:0.5")
    assert change is not None
    assert change.difference < 0
    assert change.count == 20


def test_a_tracker_that_forgets_is_a_worse_tracker(workshop):
    chosen = {**CHOSEN, "dst": ["rule", "last"]}
    figures = components(chosen, workshop, TOWN)
    assert 0 < figures["dst", "last"] < figures["dst", "rule"] < 1


def test_a_stopped_matrix_goes_on_and_talks_nothing_twice(tmp_path, workshop):
    file, modules = tmp_path / "outcomes.jsonl", combinations(CHOSEN)[0]
    pipeline = workshop.pipeline(modules)
    first = list(run_system(TOWN, pipeline, modules, 5, 0, file))
    known = read_outcomes(file)
    assert len(known) == 5
    again = list(run_system(TOWN, None, modules, 5, 0, file, known))  # no system is asked
    assert again == first
    assert len(list(run_system(TOWN, pipeline, modules, 8, 0, file, known))) == 8
    assert len(read_outcomes(file)) == 8
    assert isinstance(first[0], Outcome)


def test_damaged_outcomes_are_refused_with_the_line(tmp_path):
    file = tmp_path / "outcomes.jsonl"
    assert read_outcomes(file) == {}
    file.write_text('{"system": "a", "goal": "x"}\n')
    with pytest.raises(FormatError, match="line 1: This is not an outcome"):
        read_outcomes(file)


def test_a_model_that_fills_no_forms_is_refused():
    plain = ScriptedModel(["x"], capabilities=["chat"])
    with pytest.raises(CapabilityError, match="module lm of nlu fills forms"):
        needs({**CHOSEN, "nlu": ["lm"]}, plain)
    needs({**CHOSEN, "nlg": ["lm"]}, plain)
