"""How the judges' heads are trained, and where their examples come from."""

from __future__ import annotations

import importlib
import random
import sys
from itertools import product
from pathlib import Path

import numpy as np
import pytest

TRAINING = Path(__file__).parents[2] / "training"
FOLDERS = [str(TRAINING / "judges"), str(TRAINING / "traits"), str(TRAINING)]


def load(name: str):
    """A module of the recipe, which is no package of personae."""
    sys.path[:0] = FOLDERS
    try:
        return importlib.import_module(name)
    finally:
        for folder in FOLDERS:
            sys.path.remove(folder)


states, attention, expand = load("states"), load("attention"), load("expand")
figures, hostile, act_rules = load("figures"), load("hostile"), load("act_rules")
big_five, regarded = load("big_five"), load("regarded")
parts, regard = load("parts"), load("regard")
stance, stances = load("stance"), load("stances")


def made_states(rng: np.random.Generator, lengths: list[int], width: int):
    flat = rng.normal(size=(sum(lengths), width)).astype(np.float16)
    starts = [sum(lengths[:at]) for at in range(len(lengths))]
    return states.States([flat], starts, lengths)


@pytest.mark.parametrize("is_one", [True, False])
def test_the_gradients_are_those_of_the_loss(is_one):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(4, 3, 5)).astype(np.float32)
    gold = np.eye(2)[[0, 1, 1, 0]]
    weights, plan = np.array([1.0, 2.0, 0.5, 1.0]), attention.Plan(is_one=is_one)
    now = [rng.normal(size=(5, 2)), rng.normal(size=(5, 2)), rng.normal(size=2)]

    def loss(parameters):
        shares = np.exp(x @ parameters[0])
        shares /= shares.sum(axis=1, keepdims=True)
        logits = (shares * (x @ parameters[1])).sum(axis=1) + parameters[2]
        each = [
            weight * attention.loss(logits[at : at + 1], gold[at : at + 1], is_one)
            for at, weight in enumerate(weights)
        ]
        return sum(each) / len(each)

    found = attention._gradients(x, gold, weights, now, plan)
    for which, gradient in enumerate(found):
        for place in np.ndindex(gradient.shape):
            higher, lower = ([one.copy() for one in now] for _ in range(2))
            higher[which][place] += 1e-4
            lower[which][place] -= 1e-4
            slope = (loss(higher) - loss(lower)) / 2e-4
            assert gradient[place] == pytest.approx(slope, abs=2e-3)


def test_a_word_anywhere_in_the_text_is_learned_by_attending_to_it():
    rng = np.random.default_rng(1)
    lengths = [int(one) for one in rng.integers(4, 8, 240)]
    some = made_states(rng, lengths, 6)
    gold = np.zeros((240, 1))
    for row in range(0, 240, 2):
        gold[row] = 1
        some.of(row)[int(rng.integers(lengths[row]))] = [4, 4, 0, 0, 0, 0]
    rows, held = range(160), range(160, 240)
    plan = attention.Plan(epochs=60, rate=1e-2, decay=0.0, dropout=0.0)
    layers = attention.fit(some, rows, gold[:160], np.ones(160), plan)
    found = attention.scores(some, held, layers)[:, 0]
    assert (found[::2] > 0).mean() > 0.9
    assert (found[1::2] < 0).mean() > 0.9
    again = attention.fit(some, rows, gold[:160], np.ones(160), plan)
    assert (again[0][0] == layers[0][0]).all()


def test_a_head_is_the_same_on_raw_states_as_on_scaled_ones():
    rng = np.random.default_rng(2)
    x, mean, spread = rng.normal(size=(3, 4)), rng.normal(size=4), rng.uniform(1, 2, 4)
    attends, value, bias = rng.normal(size=(4, 2)), rng.normal(size=(4, 2)), rng.normal(size=2)
    weight, shift = attention.folded(attends, value, bias, mean, spread)
    scaled = (x - mean) / spread
    shares = np.exp(scaled @ attends)
    expected = (shares * (scaled @ value)).sum(axis=0) / shares.sum(axis=0) + bias
    seen = x @ weight + shift
    raw = np.exp(seen[:, :2])
    assert (raw * seen[:, 2:]).sum(axis=0) / raw.sum(axis=0) == pytest.approx(expected)


def test_calibration_finds_the_scale_of_too_sure_logits():
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 1, (4_000, 1))
    gold = (rng.random((4_000, 1)) < 1 / (1 + np.exp(-logits))).astype(float)
    assert attention.temperature(3 * logits, gold, False) == pytest.approx(1 / 3, rel=0.15)


def test_a_pattern_is_expanded_within_its_words():
    slots = {"who": ("he", "she"), "what": ("an owl", "a {beast}"), "beast": ("cat",)}
    rng = random.Random(0)
    made = {expand.expanded("{who} saw [{what}|a|a old] .", slots, rng) for _ in range(200)}
    assert "he saw a cat." in made
    assert "she saw an old." in made
    assert not any("{" in one or "[" in one for one in made)


def test_hostile_and_harmless_sentences_share_their_groups_and_words(tmp_path):
    (tmp_path / "ldnoobw").mkdir()
    (tmp_path / "ldnoobw" / "ldnoobw-en.txt").write_text("# list\nslut\nsushi\n")
    rows = hostile.made(tmp_path, 30, random.Random(0))
    sides = [[text.lower() for text, bad, _ in rows if bad is side] for side in (True, False)]
    assert 0.8 < len(sides[0]) / len(sides[1]) < 1.25
    for word in ("muslims", "black people", "idiot", "kill", "hate"):
        assert all(any(word in text for text in side) for side in sides), word
    assert {group.split("-")[0] for _, bad, group in rows if bad} == {"hostile"}
    assert hostile.slurs(tmp_path) == ["slut"]


def test_every_regard_has_as_many_patterns_and_all_openings():
    made = regarded.made(20, random.Random(0))
    labels = {label for _, label, _ in made}
    assert labels == {"positive", "neutral", "negative"}
    assert len({len(regarded.PATTERNS[label]) for label in labels}) == 1
    for opening in ("worked as", "was known for", "was described as", "earned money"):
        assert {y for text, y, _ in made if opening in text.lower()} == labels, opening


@pytest.mark.parametrize(
    ("turn", "act"),
    [
        ("Could you open the window?", "directive"),
        ("Let's go home.", "directive"),
        ("Why don't you ask him?", "directive"),
        ("What time is it?", "question"),
        ("Sure, I'll do it tomorrow.", "commissive"),
        ("No, thanks.", "commissive"),
        ("My brother lives in Spain.", "inform"),
    ],
)
def test_rules_tell_plain_acts(turn, act):
    assert act_rules.act_by_rule(turn) == act


def test_parts_of_profiles_are_balanced_in_every_trait():
    profiles = list(product([False, True], repeat=5))
    by_part = {name: [p for p in profiles if big_five.part_of(p) == name]
               for name in ("train", "valid", "test")}  # fmt: skip
    assert [len(by_part[name]) for name in ("train", "valid", "test")] == [16, 8, 8]
    for own in by_part.values():
        assert all(sum(p[trait] for p in own) == len(own) / 2 for trait in range(5))


def test_figures_of_a_known_confusion():
    found = np.eye(3)[[0, 0, 1, 2, 2, 1]]
    told = figures.of_one(found, np.array([0, 1, 1, 2, 0, 1]), ("a", "b", "c"))
    assert told["confusion"] == [[1, 0, 1], [1, 2, 0], [0, 0, 1]]
    assert told["accuracy"] == pytest.approx(4 / 6, abs=1e-4)
    assert told["macro_f1"] == pytest.approx((0.5 + 0.8 + 2 / 3) / 3, abs=1e-4)
    assert told["most_confused"] == ["b → a 1", "a → c 1"]


def test_calibration_error_is_the_gap_between_being_sure_and_being_right():
    chances = np.array([0.95] * 10 + [0.55] * 10)
    right = np.array([True] * 5 + [False] * 5 + [True] * 5 + [False] * 5)
    assert figures.calibration_error(chances, right) == pytest.approx((0.45 + 0.05) / 2)


def test_centroids_as_a_head_choose_what_the_nearest_centroid_is():
    rng = np.random.default_rng(0)
    held = made_states(rng, [3] * 60, 384 * len(parts.LAYERS))
    train = parts.Part(["x"] * 60, np.arange(60) % 3, held)
    scores = train.scores(regard.centroids(train))
    cosines = figures.cosines(train.states.vectors(), regard.mean_vectors(train))
    assert (scores.argmax(1) == cosines.argmax(1)).mean() > 0.98  # half floats may swap a tie


def test_replies_of_all_stances_are_made_and_none_of_those_that_measure():
    from personae.encoders.stance import LABELS
    from personae.items.harm import stance_cases

    made = stances.made(20, random.Random(0))
    assert {label for _, label, _ in made} == set(LABELS)
    assert not any("{" in text or "[" in text for text, _, _ in made)
    measuring = {text.lower() for listed in stance_cases().values() for text in listed}
    assert not measuring & {text.lower() for text, _, _ in made}


def test_no_pattern_is_judged_by_a_head_that_saw_it():
    rng = np.random.default_rng(1)
    held = made_states(rng, [2] * 24, 8)
    gold = np.repeat(np.arange(4), 6)
    train = parts.Part(["x"] * 24, gold, held)
    groups = [f"{stance.LABELS[label]}-{at % 6}" for at, label in enumerate(gold)]
    seen = []
    real = stance.trained
    stance.trained = lambda one, rows, plan: (
        seen.append({groups[at] for at in rows}) or real(one, rows, plan)
    )
    try:
        found = stance.held_out(train, groups, attention.Plan(is_one=True, epochs=1))
    finally:
        stance.trained = real
    assert found.shape == (24, 4)
    assert len(seen) == stance.FOLDS
    assert not set.intersection(*seen)


def test_phrases_are_the_baseline():
    found = stance.by_phrases(["As an AI I have no view.", "Yes, they are.", "No, never.", "Six."])
    assert [stance.LABELS[row.argmax()] for row in found] == [
        "refuses", "agrees", "disagrees", "other",
    ]  # fmt: skip
