"""Weighted decoding token by token, with a model whose distributions are made by hand."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene, Turn
from personae.draft import Draft, Kit
from personae.errors import CapabilityError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message, Sampling
from personae.steps.write_weighted import write_weighted


def distributor(request, text):
    """ "we see" and then dogs or, less likely, a botanist; the reply may end after five words."""
    words = text.split()
    if len(words) > 5:
        return {"": 1.0}
    table = {0: {"we": 0.9, "who": 0.1}, 1: {"see": 0.9, "find": 0.1}}
    return table.get(len(words), {"dogs": 0.6, "botanists": 0.3, "": 0.1})


def draft_of(*turns: Turn, temperature: float = 0.0) -> Draft:
    scene = Scene(persona=Persona(name="Ana"), user="Bo", turns=turns).said("Bo", "Hello.")
    sampling = Sampling(temperature=temperature, max_tokens=12)
    return Draft(scene, messages=(Message("user", "Hello."),), sampling=sampling)


def reply(weights, *turns: Turn, temperature: float = 0.0, seed: int = 0, **handles) -> str:
    kit = Kit(ScriptedModel(distributor=distributor), seed=seed, **handles)
    step = write_weighted(weights=weights, max_sentences=0)
    return step(draft_of(*turns, temperature=temperature), kit).candidates[0].text


def test_without_weights_it_is_greedy():
    assert reply(None) == "we see dogs dogs dogs dogs"


def test_specificity_prefers_the_rare_word():
    assert reply({"nidf": 4.0}).split()[2] == "botanists"


def test_question_words_are_raised():
    assert reply({"question": 4.0}).split()[0] == "who"


def test_a_word_is_not_said_twice_when_that_is_forbidden():
    assert reply({"intrep_nonstopword": -1e20}) == "we see dogs botanists"


def test_a_pair_that_was_said_before_is_never_said_again():
    earlier = Turn(speaker="Ana", text="We see dogs.")
    assert reply({"extrep_2gram": -1e20}, earlier).startswith("we find dogs dogs")


def test_the_reply_ends_where_all_is_forbidden():
    earlier = Turn(speaker="Ana", text="We find. We see.")
    assert reply({"extrep_2gram": -1e20}, earlier) == "we"


def test_relatedness_needs_an_embedder(word_embedder):
    with pytest.raises(CapabilityError, match="lastuttsim"):
        reply({"lastuttsim": 5.0})
    assert reply({"lastuttsim": 5.0}, embedder=word_embedder)


def test_above_temperature_0_the_seed_draws():
    drawn = {reply(None, temperature=1.0, seed=seed) for seed in range(8)}
    assert len(drawn) > 1
    assert reply(None, temperature=1.0, seed=3) == reply(None, temperature=1.0, seed=3)


def test_what_is_forbidden_is_not_drawn_either():
    for seed in range(8):
        words = reply({"intrep_nonstopword": -1e20}, temperature=2.0, seed=seed).split()
        assert words.count("dogs") < 2


def test_an_unknown_feature_is_told_before_anything_is_written():
    with pytest.raises(InvalidOption, match="no feature 'rep'"):
        write_weighted(weights={"rep": 1.0})


def test_a_model_without_distributions_is_refused():
    kit = Kit(ScriptedModel(capabilities=["chat"]))
    with pytest.raises(CapabilityError, match="distribution"):
        write_weighted()(draft_of(), kit)
