"""The weights of statements: exact gradients, labels, and a prior that follows the posterior."""

from __future__ import annotations

import numpy as np
import pytest

from personae.encoders.statement_weights import open_statement_weights
from personae.recipes import statement_weights as module
from personae.recipes.persona_dialogues import PersonaDialogue
from personae.recipes.statement_weights import Exchange, Network, Turns

SETTINGS = {"alone": 2, "batch": 64, "rate": 2e-2, "decay": 0.1, "drop": 0.1, "seed": 0}


def made(count: int, seed: int = 0) -> Turns:
    """Turns whose reply is a statement, and whose message is it, turned and blurred."""
    turned = np.linalg.qr(np.random.default_rng(9).normal(size=(384, 384)))[0]
    rng = np.random.default_rng(seed)
    statements = rng.normal(size=(count, module.STATEMENTS, 384)).astype(np.float32)
    statements /= np.linalg.norm(statements, axis=2, keepdims=True)
    at = rng.integers(0, module.STATEMENTS, count)
    used = np.zeros((count, module.STATEMENTS))
    used[np.arange(count), at] = 1
    replies = statements[np.arange(count), at]
    messages = replies @ turned * 0.5 + rng.normal(size=replies.shape).astype(np.float32) * 0.01
    there = np.ones(used.shape, dtype=bool)
    return Turns(messages.astype(np.float32), replies, statements, there, used)


@pytest.fixture(scope="module")
def start() -> Network:
    rng = np.random.default_rng(1)
    return Network(rng.normal(0, 0.3, (384, 384)), rng.normal(0, 0.3, (384, 384)))


def numeric(loss, matrix, place) -> float:
    values = []
    for change in (1e-5, -1e-5):
        moved = matrix.copy()
        moved[place] += change
        values.append(loss(moved))
    return (values[0] - values[1]) / 2e-5


@pytest.mark.parametrize("place", [(3, 1), (0, 383), (200, 7)])
def test_the_posteriors_gradient_is_that_of_its_cross_entropy(start, place):
    turns = made(5)

    def loss(matrix):
        posterior = Network(start.prior, matrix).weights(turns)[1]
        return -(turns.used * np.log(posterior)).sum() / 5

    found = module.posterior_gradient(start, turns)
    assert found[place] == pytest.approx(numeric(loss, start.posterior, place), rel=1e-3)


@pytest.mark.parametrize("place", [(3, 1), (0, 383), (200, 7)])
def test_the_priors_gradient_is_that_of_divergence_and_likeness(start, place):
    turns = made(5)
    wanted = start.weights(turns)[1]
    after = module.seen(turns.replies, start.posterior, turns)[0]

    def loss(matrix):
        before, prior = module.seen(turns.messages, matrix, turns)
        sizes = np.linalg.norm(before, axis=2) * np.linalg.norm(after, axis=2)
        likeness = ((before * after).sum(2) / sizes).mean()
        return (wanted * np.log(wanted / prior)).sum() / 5 - 0.3 * likeness

    found = module.prior_gradient(start, turns, wanted, 1.0, 0.3)
    assert found[place] == pytest.approx(numeric(loss, start.prior, place), rel=1e-3)


def test_dropped_coordinates_are_the_same_for_all_statements_of_a_turn():
    turns = made(4)
    dropped = turns.dropped(0.5, np.random.default_rng(0))
    gone = dropped.statements == 0
    assert (gone == gone[:, :1]).all()
    assert 0.4 < gone.mean() < 0.6
    kept = ~gone
    assert np.allclose(dropped.statements[kept], 2 * turns.statements[kept])


def test_the_pull_alone_brings_the_prior_to_the_posterior():
    turns, held = made(400), made(60, seed=2)
    _, pulled = module.taught(turns, held, epochs=5, pull=1.0, likeness=0.3, **SETTINGS)
    _, free = module.taught(turns, held, epochs=5, pull=0.0, likeness=0.0, **SETTINGS)
    assert pulled[-1]["prior@1"] > free[-1]["prior@1"] + 0.2
    assert pulled[-1]["divergence"] < pulled[0]["divergence"] * 0.9
    assert free[-1]["divergence"] > free[0]["divergence"] * 0.9
    assert [one["epoch"] for one in pulled] == list(range(6))


def test_the_seed_gives_the_same_network():
    turns, held = made(128), made(20)
    first, second = (
        module.taught(turns, held, epochs=1, pull=1.0, likeness=0.3, **SETTINGS)[0]
        for _ in range(2)
    )
    assert np.array_equal(first.prior, second.prior)
    assert np.array_equal(first.posterior, second.posterior)


def test_a_reply_uses_the_near_statements_that_it_entails(word_embedder, word_nli):
    exchange = Exchange("Pets?", "I have dogs.", ("I have dogs.", "I have no dogs.", "We sing."))
    texts = module.texts_of([exchange])
    vectors = dict(zip(texts, word_embedder.embed(texts), strict=True))
    (row,) = module.entailed([exchange], vectors, word_nli)
    assert row == [pytest.approx(0.9), pytest.approx(0.02), 0.0]
    assert ("I have dogs.", "We sing.") not in word_nli.asked


def test_turns_are_those_that_use_a_statement():
    rng = np.random.default_rng(0)
    found = [Exchange("a", "b", ("c", "d")), Exchange("e", "f", ("g", "h", "i"))]
    vectors = {text: rng.normal(size=384).astype(np.float32) for text in "abcdefghi"}
    turns = module.turns_of(found, [[0.1, 0.2], [0.9, 0.2, 0.6]], vectors)
    assert turns.there.sum() == 3
    assert turns.used[0, :3] == pytest.approx([0.6, 0.0, 0.4])
    assert np.array_equal(turns.messages[0], vectors["e"])


def test_only_personas_with_a_choice_count():
    turns = ((False, "Hi."), (True, "Hello."))
    dialogues = [PersonaDialogue("a", ("I sing.",), turns),
                 PersonaDialogue("b", ("I sing.", "I sail."), turns)]  # fmt: skip
    assert [one.statements for one in module.exchanges(dialogues)] == [("I sing.", "I sail.")]


def test_what_is_written_weighs_as_the_network_does(tmp_path):
    from personae.encoders.embedder import open_embedder

    embedder = open_embedder()
    texts = ("Any pets?", "I have two dogs.", "I live in Oslo.")
    said, *statements = embedder.embed(texts)
    network, _ = module.taught(made(64), made(8), epochs=1, pull=1.0, likeness=0.3, **SETTINGS)
    module.write(network, tmp_path, embedder)
    turns = Turns(said[None], said[None], np.stack(statements)[None], np.ones((1, 2), dtype=bool),
                  np.ones((1, 2)) / 2)  # fmt: skip
    found = open_statement_weights(embedder, tmp_path).prior(texts[0], texts[1:])
    assert found == pytest.approx(network.weights(turns)[0][0], abs=1e-5)
