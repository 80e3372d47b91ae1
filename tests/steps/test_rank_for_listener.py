"""rank-for-listener: candidates by the mean log S1 of their words."""

from __future__ import annotations

import math

import pytest

from personae.data import Persona, Scene
from personae.draft import Candidate, Draft, Kit, chain
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker
from personae.steps.choose import choose
from personae.steps.describe_persona import describe_persona
from personae.steps.fit_prompt import fit_prompt
from personae.steps.generate import generate
from personae.steps.listener_world import distractors_for, requests_of
from personae.steps.rank_for_listener import mean_log_s1, rank_for_listener, world_tables

SCENE = Scene(persona=Persona(name="Ana", statements=("I have two dogs.",))).said("Bo", "Pets?")


def likes_dogs(request, written):
    dogs = 0.4 if "two dogs" in request.messages[0].content else 0.05
    return {"none": 0.5, "dogs": dogs, "soup": 0.5 - dogs}


def ranked(**options) -> Draft:
    kit = Kit(ScriptedModel(distributor=likes_dogs))
    candidates = tuple(map(Candidate, ("none", "dogs", "dogs dogs", "ships")))
    steps = (describe_persona(), fit_prompt(), rank_for_listener(**options), choose(by="pragmatic"))
    return chain(*steps)(Draft(SCENE, candidates=candidates), kit)


def test_alpha_decides_between_the_likeliest_and_the_telling_candidate():
    assert ranked(alpha=0.0).reply == "none"
    assert ranked(alpha=4.0, beta=1.0).reply.startswith("dogs")


def test_with_alpha_0_the_score_is_the_models_own():
    scores = [one.scores["pragmatic"] for one in ranked(alpha=0.0).candidates]
    assert scores[:3] == pytest.approx([math.log(0.5), math.log(0.4), math.log(0.4)], abs=1e-4)


def test_the_mean_is_that_of_the_update_worked_out_by_hand():
    # Two personas, beta 1, alpha 1. "dogs" twice: L0 = 8/9, then prior 8/9 : 1/9 gives 64/65.
    kit = Kit(ScriptedModel(distributor=likes_dogs))
    draft = chain(describe_persona(), fit_prompt())(Draft(SCENE), kit)
    requests = requests_of(draft, kit, distractors_for(draft, kit, "random", 1))
    (places,) = world_tables(kit.lm, requests, ["dogs dogs"], 64)
    rows = {"none": (0.5, 0.5), "dogs": (0.4, 0.05), "soup": (0.1, 0.45)}

    def log_s1(prior: tuple[float, float]) -> tuple[float, tuple[float, float]]:
        heard = {w: (a * prior[0], b * prior[1]) for w, (a, b) in rows.items()}
        listener = {w: (a / (a + b), b / (a + b)) for w, (a, b) in heard.items()}
        weights = {w: listener[w][0] * rows[w][0] for w in rows}
        return math.log(weights["dogs"] / sum(weights.values())), listener["dogs"]

    first, belief = log_s1((0.5, 0.5))
    second, belief = log_s1(belief)
    assert belief == pytest.approx((64 / 65, 1 / 65))
    assert mean_log_s1(places, 1.0, 1.0) == pytest.approx((first + second) / 2, abs=1e-6)


def test_a_candidate_without_a_word_is_worth_nothing():
    assert mean_log_s1([], 2.0, 1.0) == -math.inf


def test_without_candidates_there_is_nothing_to_score():
    draft = Draft(SCENE)
    assert rank_for_listener()(draft, Kit(ScriptedModel())) is draft


def test_it_ranks_what_a_method_has_written():
    kit_lm = ScriptedModel(["none", "dogs"], distributor=likes_dogs)
    method = chain(
        describe_persona(), fit_prompt(), generate(candidates=2),
        rank_for_listener(alpha=4.0), choose(by="pragmatic"),
    )  # fmt: skip
    assert Speaker(kit_lm, method).reply(SCENE).text == "dogs"
