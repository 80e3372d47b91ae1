"""Whole dialogues: what is success, what noise does, and what a learner learns."""

from __future__ import annotations

from statistics import fmean

from personae.evaluate.task_dialogue import dst, nlg, nlu, policy
from personae.evaluate.task_dialogue.acts import Act
from personae.evaluate.task_dialogue.domain import open_domain
from personae.evaluate.task_dialogue.pipeline import Outcome, Pipeline, goals_of, learn, talk

TOWN = open_domain()
RULES = nlu.by_rules(TOWN)


def system(**changed) -> Pipeline:
    modules = {
        "nlu": RULES, "dst": dst.by_rules(TOWN), "policy": policy.by_rules(TOWN),
        "nlg": nlg.by_template(TOWN),
    } | changed  # fmt: skip
    return Pipeline(**modules)


def success(pipeline: Pipeline, number: int = 60) -> float:
    goals = goals_of(TOWN, number, 0)
    return fmean(talk(TOWN, pipeline, goal, name)[0].success for name, goal in goals.items())


def test_rules_succeed_noise_costs_and_forgetting_costs_more():
    rates = [success(system(nlu=nlu.with_noise(RULES, TOWN, share))) for share in (0.0, 0.3, 0.9)]
    assert rates[0] >= 0.8
    assert rates[0] > rates[1] > rates[2]
    assert success(system(dst=dst.forgetful(TOWN))) < rates[1]


def test_one_seed_makes_a_dialogue_repeatable_and_the_user_is_the_same_for_all():
    (name, goal), *_ = goals_of(TOWN, 1, 5).items()
    one, other = (talk(TOWN, system(), goal, name) for _ in range(2))
    assert one == other
    terse = talk(TOWN, system(nlg=nlg.terse(TOWN)), goal, name)
    assert terse[1][0].said == one[1][0].said


def _with_another_phone(act: Act) -> Act:
    if act.slot != "phone":
        return act
    return Act("inform", act.service, "phone", TOWN.services[act.service].entities[0]["phone"])


def test_a_lie_is_no_success():
    """A system that books and answers for whatever it likes completes, and does not succeed."""

    def lies(state):
        acts = policy.by_rules(TOWN)(state)
        return tuple(_with_another_phone(act) for act in acts)

    outcomes = [talk(TOWN, system(policy=lies), g, n)[0] for n, g in goals_of(TOWN, 30, 0).items()]
    assert fmean(one.complete for one in outcomes) > 0.8
    assert fmean(one.success for one in outcomes) < 0.7


def test_inform_f1_is_the_harmonic_mean():
    assert Outcome("g", True, True, None, 0.5, 1.0, 3).inform_f1 == 2 / 3
    assert Outcome("g", True, True, None, 0.0, 0.0, 3).inform_f1 == 0.0


def test_a_learner_gets_better_with_practice():
    tracker = dst.by_rules(TOWN)
    rates = [
        success(system(policy=policy.learned(TOWN, learn(TOWN, tracker, episodes=number))))
        for number in (5, 1500)
    ]
    assert rates[1] > rates[0] + 0.2
