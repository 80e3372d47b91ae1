"""Tests of the metrics evidence-found, total-choice-accuracy and trap-chosen."""

from __future__ import annotations

import math

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.registry import build

SCENE = Scene(persona=Persona(name="A"))


def sample(**record) -> Sample:
    return Sample(id="x", scene=SCENE, reference="two", reply="one", record=record)


def measured(name, samples, **options):
    return build("metric", name, options)(samples, Kit(lm=ScriptedModel()))


def test_the_share_of_gold_turns_among_the_first_found():
    labels = {"evidence": ["a", "b"], "found": ["x", "a", "b"]}
    samples = [sample(labels=labels)]
    found = {n: measured("evidence-found", samples, n=n).total for n in (1, 2, 3)}
    assert found == {1: 0.0, 2: 0.5, 3: 1.0}


def test_what_looks_for_nothing_or_names_no_evidence_has_no_value():
    samples = [sample(labels={"evidence": ["a"]}), sample(labels={"found": ["a"]}), sample()]
    assert measured("evidence-found", samples).values == (None, None, None)
    nothing = sample(labels={"evidence": ["a"], "found": []})
    assert measured("evidence-found", [nothing]).values == (0.0,)


def test_the_joint_likelihood_may_choose_otherwise_than_the_mean():
    options = ["one", "two"]
    right = sample(options=options, log_likelihoods=[-3.0, -2.0])
    wrong = sample(options=options, log_likelihoods=[-1.0, -2.0])
    unknown = sample(options=options)
    scores = measured("total-choice-accuracy", [right, wrong, unknown])
    assert scores.values == (1.0, 0.0, None)
    assert scores.total == 0.5
    assert math.isnan(measured("total-choice-accuracy", [unknown]).total)


def test_traps_count_where_they_are_set():
    samples = [sample(labels={"outdated": "one"}), sample(labels={"outdated": "two"}), sample(),
               sample(labels={"cliche": "one"})]  # fmt: skip
    assert measured("trap-chosen", samples).values == (1.0, 0.0, None, None)
    assert measured("trap-chosen", samples, trap="cliche").values == (None, None, None, 1.0)
