"""apc: the odds that each statement is satisfied, exactly as S054 writes them."""

from __future__ import annotations

import random

import numpy as np
import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.encoders.nli import open_nli
from personae.encoders.relevance import open_relevance
from personae.lm.scripted import ScriptedModel
from personae.metrics.apc import apc, apc_from_probabilities, apc_score

ROWS = [(0.05, 0.15, 0.80), (0.2, 0.7, 0.1)]  # contradicted, neutral, entailed
KOISHI = (
    "Komeiji Koishi lives with her sister, Komeiji Satori.",
    "Komeiji Koishi lives in Chireiden.",
)
HOME = "Where do you live, Koishi?"


class AskedWords:
    """A statement is relevant when it shares a long word with the query."""

    name = fingerprint = "asked-words"

    def relevance(self, pairs):
        shared = [{w for w in s.split() if len(w) > 3} & set(q.split()) for s, q in pairs]
        return np.array([0.9 if words else 0.1 for words in shared])


def test_the_worked_example_of_the_formula():
    score = apc_from_probabilities(["first", "second"], [0.9, 0.1], ROWS)
    assert score.total == pytest.approx(1.545, abs=1e-12)
    assert score.delta == pytest.approx(1.545 - (0.1 + 0.9), abs=1e-12)
    assert score.n == 2


def test_the_table_says_what_is_active_and_satisfied():
    score = apc_from_probabilities(["a", "b", "c"], [0.9, 0.1, 0.9], [*ROWS, (0.1, 0.8, 0.1)])
    rows = score.table()
    assert [row["kind"] for row in rows] == ["active", "passive", "active"]
    # A passive statement may be left alone, an active one may not.
    assert [row["satisfied"] for row in rows] == [True, True, False]
    assert set(rows[0]) >= {"p_relevant", "p_contradicted", "p_neutral", "p_entailed", "value"}


def test_a_neutral_response_gains_nothing():
    score = apc_from_probabilities(["a", "b"], [0.7, 0.2], [(0, 1, 0), (0, 1, 0)])
    assert score.delta == 0
    assert score.total == pytest.approx(0.3 + 0.8)


def test_order_and_split_of_the_statements_do_not_matter():
    rng = random.Random(0)
    statements = [f"s{n}" for n in range(20)]
    relevant = [rng.random() for _ in statements]
    rows = []
    for _ in statements:
        parts = [rng.random() for _ in range(3)]
        rows.append(tuple(part / sum(parts) for part in parts))
    whole = apc_from_probabilities(statements, relevant, rows)
    order = rng.sample(range(20), 20)
    mixed = [[one[at] for at in order] for one in (statements, relevant, rows)]
    assert apc_from_probabilities(*mixed).total == whole.total
    halves = [
        apc_from_probabilities(statements[part], relevant[part], rows[part])
        for part in (slice(7), slice(7, None))
    ]
    assert sum(half.total for half in halves) == pytest.approx(whole.total, abs=1e-12)
    assert sum(half.delta for half in halves) == pytest.approx(whole.delta, abs=1e-12)


def test_a_batch_of_samples_is_scored_against_the_last_turn_of_the_other(word_nli):
    def sample(reply: str, *statements: str) -> Sample:
        scene = Scene(persona=Persona(name="Ana", statements=statements)).said("Bo", "Any dogs?")
        return Sample(id=reply, scene=scene, reply=reply)

    samples = [sample("I have dogs.", "I have dogs."), sample("I have no dogs.", "I have dogs."),
               sample("Hm.")]  # fmt: skip
    scores = apc()(samples, Kit(ScriptedModel(), nli=word_nli))
    good, bad, none = scores.values
    assert none is None
    assert good > bad
    assert scores.detail["worst"][0]["reply"] == "I have no dogs."
    assert scores.detail["worst"][0]["table"][0]["statement"] == "I have dogs."
    totals = apc(figure="total")(samples, Kit(ScriptedModel(), nli=word_nli))
    assert totals.total == pytest.approx(scores.detail["total"], abs=1e-6)


def test_a_relevance_model_of_ones_own_can_be_given(word_nli):
    mine = AskedWords()
    score = apc_score(["I like dogs"], "any dogs here", "Yes.", nli=word_nli, relevance=mine)
    assert score.constraints[0].p_relevant == 0.9
    assert score.delta == pytest.approx(0.9 * 0.05 - 0.1 * 0.05, abs=1e-6)


def test_the_shipped_models_put_the_papers_example_in_its_order():
    nli, relevance = open_nli(), open_relevance()
    with_sister, home, elsewhere = (
        apc_score(KOISHI, HOME, response, nli=nli, relevance=relevance).total
        for response in (
            "I live in Chireiden with my sister, Satori!",
            "I live in Chireiden!",
            "I live in Hakurei Shrine!",
        )
    )
    assert with_sister > home > elsewhere


def test_another_judge_may_be_asked():
    class Contradicts:
        name = fingerprint = "contradicts"

        def classify(self, pairs):
            return np.tile(np.array([[0.0, 0.0, 1.0]], dtype=np.float32), (len(pairs), 1))

    scene = Scene(persona=Persona(name="Ana", statements=("I bake.",))).said("Bo", "Hi!")
    kit = Kit(ScriptedModel(), judges={"second": Contradicts()})
    scores = apc(judge="second")([Sample(id="1", scene=scene, reply="No.")], kit)
    assert scores.detail["judge"] == "contradicts"
    assert scores.total < 0
