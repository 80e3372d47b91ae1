"""The simulated user: goals that can be reached, an agenda that reacts, an end."""

from __future__ import annotations

import random

from personae.evaluate.task_dialogue.acts import Act
from personae.evaluate.task_dialogue.domain import open_domain
from personae.evaluate.task_dialogue.user import MOST_TURNS, Errand, User, clause, draw_goal

TOWN = open_domain()
GOAL = {
    "hotel": Errand({"area": "north", "price": "cheap"}, ("phone",), {"people": "2"}),
}


def user(goal=GOAL) -> User:
    return User(TOWN, goal, random.Random(0))


def test_goals_can_be_reached_and_first_tries_cannot():
    rng = random.Random(1)
    for _ in range(100):
        for name, errand in draw_goal(TOWN, rng).items():
            service = TOWN.services[name]
            assert service.matching(errand.constraints)
            if errand.first_try:
                assert not service.matching({**errand.constraints, **errand.first_try})


def test_wishes_come_first_then_questions_then_the_booking():
    one = user()
    said = one.answer(())
    assert said[0] == Act("want", "hotel")
    assert set(said[1:]) == {Act("inform", "hotel", "area", "north"),
                             Act("inform", "hotel", "price", "cheap")}  # fmt: skip
    offer = (Act("offer", "hotel", "name", "Elm Court"),)
    assert one.answer(offer) == (Act("request", "hotel", "phone"),)
    told = (Act("inform", "hotel", "phone", "555-0304"),)
    assert one.answer(told) == (Act("book", "hotel"), Act("inform", "hotel", "people", "2"))
    assert one.answer((Act("booked", "hotel", "reference", "A1B2C3"),)) == ()
    assert one.complete
    assert one.informed == {("hotel", "phone"): "555-0304"}
    assert one.booked == {"hotel": "Elm Court"}


def test_a_question_is_answered_and_what_does_not_matter_is_any():
    one = user()
    one.answer(())
    assert one.answer((Act("request", "hotel", "area"),)) == (
        Act("inform", "hotel", "area", "north"),
    )
    assert one.answer((Act("request", "hotel", "kind"),)) == (Act("any", "hotel", "kind"),)


def test_a_wrong_offer_is_corrected():
    one = user()
    one.answer(())
    said = one.answer((Act("inform", "hotel", "area", "south"),))
    assert said[0] == Act("inform", "hotel", "area", "north")


def test_a_dead_end_leads_to_the_fallback():
    goal = {"hotel": Errand({"area": "north"}, ("phone",), {}, {"area": "west"})}
    one = user(goal)
    assert Act("inform", "hotel", "area", "west") in one.answer(())
    assert one.answer((Act("nooffer", "hotel"),)) == (Act("inform", "hotel", "area", "north"),)


def test_a_system_that_says_nothing_is_left_in_the_end():
    one, turns = user(), 0
    while one.answer((Act("more"),)):
        turns += 1
    assert turns == MOST_TURNS
    assert not one.complete


def test_clean_words_have_no_typos_and_no_rare_words():
    rng, act = random.Random(2), Act("inform", "restaurant", "food", "italian")
    clean = {clause(act, TOWN, rng, clean=True) for _ in range(200)}
    assert all("italian" in text for text in clean)
    worn = {clause(act, TOWN, rng) for _ in range(200)}
    assert any("pasta" in text for text in worn)
    assert any(not {"italian", "pasta", "pizza"} & set(text.split()) for text in worn)
