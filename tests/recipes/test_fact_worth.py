"""The discriminator's training: false tails, held heads, and a layer that says what was fitted."""

from __future__ import annotations

import numpy as np
import pytest

from personae.commonsense.facts import Fact, graph_of
from personae.commonsense.files import people
from personae.commonsense.worth import FEATURES, FactWorth, features, open_fact_worth
from personae.encoders.embedder import open_embedder
from personae.encoders.heads import open_head
from personae.encoders.nli import open_nli
from personae.errors import InvalidOption, PersonaeError
from personae.recipes import fact_worth as module
from personae.recipes.head_files import write_head


@pytest.fixture(scope="module")
def some():
    """Thirty heads of the shipped graph, two relations each."""
    heads = people().heads[::5][:30]
    return graph_of(people().of(heads, ["goal_plan", "routine_habit"]))


def test_a_fifth_of_the_heads_is_held_and_none_is_in_both():
    trained, held = module.split(people())
    assert (len(trained.heads), len(held.heads)) == (116, 29)
    assert not set(trained.heads) & set(held.heads)
    assert module.split(people())[1].heads == held.heads
    assert module.split(people(), 1)[1].heads != held.heads
    with pytest.raises(PersonaeError, match="needs 10"):
        module.split(people().without(people().heads[9:]))


def test_false_tails_are_those_of_other_heads_under_the_same_label(some, word_nli):
    examples = module.drawn(some, word_nli, 2, 0)
    by_tail = {}
    for fact in some.facts:
        by_tail.setdefault((fact.relation, fact.tail), set()).add((fact.head, fact.with_others))
    false = [one for one, is_true in zip(examples.triples, examples.is_true, strict=True)
             if not is_true]  # fmt: skip
    assert len(some.facts) < len(false) <= 2 * len(some.facts)
    for head, relation, tail in false:
        assert head not in {one for one, _ in by_tail[relation, tail]}


def test_what_the_head_entails_is_no_false_tail():
    class Entails:
        def classify(self, pairs):
            return np.array([[0.9, 0.1, 0.0]] * len(pairs))

    graph = graph_of([Fact("a", "goal_plan", "x"), Fact("b", "goal_plan", "y")])
    assert all(module.drawn(graph, Entails(), 3, 0).is_true)
    lone = graph_of([Fact("a", "goal_plan", "x")])
    assert module.drawn(lone, Entails(), 3, 0).is_true == (True,)


def test_the_layer_over_bare_vectors_is_what_was_fitted_on_centred_ones(some, word_nli):
    embedder = open_embedder()
    examples = module.drawn(some, word_nli, 1, 0)
    rows = features(examples.triples, embedder)
    centres = module.centres_of(examples, rows)
    weights = np.random.default_rng(0).normal(size=2 * 384)
    wanted = module.centred(examples, rows, centres) @ weights + 0.3
    matrix, bias = module.folded(weights * module.SCALE, 0.3, centres)
    assert (rows @ matrix + bias)[:, 0] == pytest.approx(wanted, abs=1e-6)


def test_what_was_trained_tells_facts_apart_and_is_read_again(some, tmp_path):
    embedder, nli = open_embedder(), open_nli()
    trained, held = module.split(some)
    layer = module.fitted(module.drawn(trained, nli, 2, 0), embedder, 3.0)
    examples = module.drawn(held, nli, 1, 0)
    found = module.measured(layer, examples, embedder)
    assert found["auc"] > 0.75
    write_head(tmp_path, module.NAME, [layer], embedder.fingerprint)
    worth = FactWorth(open_head(tmp_path, "x", inputs=FEATURES, outputs=2), embedder)
    scores = features(examples.triples, embedder) @ layer[0] + layer[1]
    assert worth.fits(examples.triples) == pytest.approx(1 / (1 + np.exp(-scores[:, 0])), abs=1e-4)


def test_the_shipped_head_judges_fit_and_company():
    worth = open_fact_worth()
    judged = worth.judge(
        [
            ("I am a nurse.", "routine_habit", "check blood pressure and temperature"),
            ("I am a nurse", "routine_habit", "drive a tractor over the fields"),
            ("I am a nurse", "routine_habit", "share snacks with my colleagues and friends"),
        ]
    )
    assert judged[0, 0] > 0.5 > judged[1, 0]
    assert judged[2, 1] > 0.5 > judged[0, 1]
    assert worth.judge([]).shape == (0, 2)
    with pytest.raises(InvalidOption, match="triples"):
        worth.judge("I am a nurse")
