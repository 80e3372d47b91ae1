"""The modules of a pipeline, one by one."""

from __future__ import annotations

import json
import random

import pytest

from personae.evaluate.task_dialogue import dst, nlg, nlu, policy
from personae.evaluate.task_dialogue.acts import Act, State
from personae.evaluate.task_dialogue.domain import open_domain
from personae.lm.scripted import ScriptedModel

TOWN, RNG = open_domain(), random.Random(0)
HOTEL = State(service="hotel")


@pytest.mark.parametrize(
    ("text", "state", "acts"),
    [
        (
            "I need a restaurant, italian food please, in the centre of town", State(),
            {("want", "", ""), ("inform", "food", "italian"), ("inform", "area", "centre")},
        ),
        ("the price should be low-cost, in the nroth of town", HOTEL, set()),
        ("any area is fine", HOTEL, {("any", "area", "")}),
        ("what is the phone, can I have the address", HOTEL,
         {("request", "phone", ""), ("request", "address", "")}),
        ("please book it, we are two people, on friday", HOTEL,
         {("book", "", ""), ("inform", "people", "2"), ("inform", "day", "friday")}),
        ("that is all thanks", HOTEL, {("bye", "", "")}),
        ("", HOTEL, set()),
    ],
)  # fmt: skip
def test_rules_understand_what_is_in_their_lists(text, state, acts):
    found = nlu.by_rules(TOWN)(text, state, RNG)
    assert {(act.intent, act.slot, act.value) for act in found} == acts


def test_examples_understand_by_the_nearest_clause(word_embedder):
    learned = nlu.by_examples(TOWN, word_embedder)
    found = learned("I am looking for a room, it should be in the north", State(), RNG)
    assert Act("want", "hotel") in found
    assert Act("inform", "hotel", "area", "north") in found
    assert learned("zzz", HOTEL, RNG) == ()
    assert learned("", HOTEL, RNG) == ()


def test_noise_loses_or_mistakes_as_many_slots_as_it_should():
    acts = (Act("inform", "hotel", "area", "north"),)
    noisy = nlu.with_noise(lambda *_: acts, TOWN, 0.3)
    rng = random.Random(3)
    found = [noisy("", HOTEL, rng) for _ in range(2000)]
    lost = sum(one == () for one in found) / 2000
    wrong = sum(bool(one) and one != acts for one in found) / 2000
    assert lost == pytest.approx(0.15, abs=0.03)
    assert wrong == pytest.approx(0.15 * 3 / 4, abs=0.03)  # one of four areas is the right one
    assert nlu.with_noise(lambda *_: acts, TOWN, 0.0)("", HOTEL, rng) == acts


def test_a_model_fills_a_form_whose_values_are_the_towns():
    form = {"area": "north", "price": "moon", "asks": "phone", "books": True}
    lm = ScriptedModel([json.dumps(form)], capabilities=["chat", "schema"])
    found = nlu.by_model(TOWN, lm)("north, the phone, book it", HOTEL, RNG)
    assert set(found) == {Act("book", "hotel"), Act("inform", "hotel", "area", "north"),
                          Act("request", "hotel", "phone")}  # fmt: skip
    (request,) = lm.requests
    assert request.schema["properties"]["area"]["enum"] == list(
        TOWN.services["hotel"].constraints["area"].known
    )
    assert request.schema["required"] == []
    assert request.messages[0].content.count("Form: {") == 3
    broken = ScriptedModel(["{"], capabilities=["chat", "schema"])
    assert nlu.by_model(TOWN, broken)("north", HOTEL, RNG) == ()


def test_a_tracker_replaces_keeps_and_forgets():
    first = (Act("inform", "hotel", "area", "north"), Act("inform", "hotel", "price", "cheap"))
    second = (Act("inform", "hotel", "area", "south"), Act("any", "hotel", "kind"),
              Act("request", "hotel", "phone"), Act("book", "hotel"))  # fmt: skip
    rules, last = dst.by_rules(TOWN), dst.forgetful(TOWN)
    kept = rules(rules(State(), first, "a"), second, "b")
    assert kept.wishes("hotel") == {"area": "south", "price": "cheap", "kind": ""}
    assert kept.requested == (("hotel", "phone"),)
    assert kept.booking == {"hotel"}
    assert kept.history == ("a", "b")
    lost = last(last(State(), first, "a"), second, "b")
    assert lost.wishes("hotel") == {"area": "south", "kind": ""}


def test_a_model_tracks_from_the_whole_dialogue():
    lm = ScriptedModel(
        [json.dumps({"area": "west", "day": ""})], capabilities=["chat", "schema"]
    )  # fmt: skip
    track = dst.by_model(TOWN, lm)
    found = track(State(service="hotel", history=("in the north", "Yes?")), (), "no, the west")
    assert found.wishes("hotel") == {"area": "west"}
    assert "Customer: in the north\nClerk: Yes?\nCustomer: no, the west" in (
        lm.requests[0].messages[0].content
    )
    assert track(State(), (), "hm").beliefs == {}


def state(**told) -> State:
    return State(service="restaurant", heard=(Act("inform", "restaurant"),), **told)


@pytest.mark.parametrize(
    ("known", "action"),
    [
        (state(), "ask"),
        (state(beliefs={"restaurant": {"food": "chinese", "area": "south"}}), "offer"),
        (state(beliefs={"restaurant": {"food": "french", "area": "centre", "price": "cheap"}}),
         "nooffer"),
        (state(requested=(("restaurant", "phone"),)), "answer"),
        (state(booking=frozenset({"restaurant"})), "ask-booking"),
        (state(booking=frozenset({"restaurant"}),
               beliefs={"restaurant": {"people": "2", "day": "friday"}}), "book"),
    ],
)  # fmt: skip
def test_the_rules_of_the_policy(known, action):
    service = TOWN.services["restaurant"]
    assert policy.chosen_by_rules(service, known) == action
    acts = policy.by_rules(TOWN)(known)
    assert acts == policy.ACTIONS[action](service, known)
    assert acts


def test_what_a_template_says_is_what_the_user_understands():
    acts = (
        Act("offer", "hotel", "name", "Elm Court"), Act("inform", "hotel", "kind", "hostel"),
        Act("inform", "hotel", "phone", "555-0304"),
    )  # fmt: skip
    for say in (*(nlg.by_template(TOWN, number) for number in range(3)), nlg.terse(TOWN)):
        assert set(nlg.heard(say(acts, RNG), TOWN, "restaurant")) == set(acts)
    for act in (Act("request", "hotel", "area"), Act("nooffer", "hotel")):
        assert nlg.heard(nlg.by_template(TOWN)((act,), RNG), TOWN, "hotel") == (act,)
        assert nlg.heard(nlg.terse(TOWN)((act,), RNG), TOWN, "hotel") == (act,)


def test_addresses_within_addresses_are_told_apart():
    service = TOWN.services["restaurant"]
    for one in service.entities:
        (act,) = nlg.heard(f"Their address is {one['address']}.", TOWN, "restaurant")
        assert act.value == one["address"]


def test_a_model_says_it_in_its_own_words():
    lm = ScriptedModel(['"Elm Court is lovely!"'])
    said = nlg.by_model(TOWN, lm)((Act("offer", "hotel", "name", "Elm Court"),), RNG)
    assert said == "Elm Court is lovely!"
    assert "Elm Court" in lm.requests[0].messages[0].content
