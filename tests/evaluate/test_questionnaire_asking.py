"""Asking questionnaires in four ways, on a model that is told what it finds likely."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np
import pytest

from personae.data import Persona, Traits, Turn
from personae.errors import CapabilityError, InvalidOption
from personae.evaluate.questionnaire_asking import (
    Asking,
    ask_items,
    asker,
    mean_answers,
    monologue_of,
    read_reply,
)
from personae.evaluate.questionnaire_scores import score
from personae.formats.questionnaire import load_questionnaire
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.questionnaires.types import Answer, Item, Questionnaire, Scale
from personae.questionnaires.wordings import (
    Wording,
    choice_question,
    interview_question,
    opening_question,
    paraphrases,
)
from personae.speaker import Speaker

SHEET = Questionnaire(
    name="two", title="Two", language="en", low=1, high=5,
    options=("no", "rather no", "so so", "rather", "yes"),
    items=(Item("1", "I talk a lot."), Item("2", "I keep quiet.")),
    scales=(Scale("E", "Extraversion", {"1": 1, "2": -1}),),
)  # fmt: skip
TALKER = Persona(name="Kim", description="You are a character who is outgoing.")
SHY = Persona(name="Kim", description="You are a character who is shy.")


def scorer(request, text):
    """Likes 3 whatever is asked, and 5 for what fits who it is."""
    prompt = " ".join(message.content for message in request.messages)
    fits = ("outgoing" in prompt and "talk a lot" in prompt) or (
        "shy" in prompt and "keep quiet" in prompt
    )
    return Likelihood(({"3": -0.1, "5": -1.0 + 2 * fits}.get(text, -2.0),))


def said(request, text):
    """A talker says that it talks, and nobody in particular says anything with much confidence."""
    prompt = " ".join(message.content for message in request.messages)
    fits = {"outgoing": "talk a lot", "shy": "keep quiet"}
    mine = next((words for who, words in fits.items() if who in prompt), None)
    return Likelihood((-10.0 if mine is None else -8.0 if mine in text else -12.0,))


def asked(asking: Asking, persona: Persona, lm: ScriptedModel, nli=None) -> dict[str, Answer]:
    ask = asker(SHEET, Speaker(lm), asking, nli)
    return {one.item: one for one in ask_items(SHEET, persona, asking, ask)}


def test_calibration_takes_off_what_is_liked_whatever_is_asked():
    raw = asked(Asking(calibrated=False), TALKER, ScriptedModel(scorer=scorer))
    fair = asked(Asking(), TALKER, ScriptedModel(scorer=scorer))
    assert max(range(5), key=raw["2"].probabilities.__getitem__) == 2
    assert fair["2"].value == pytest.approx(3.0)  # all the same: nothing is known
    assert fair["2"].probabilities == pytest.approx((0.2,) * 5)
    assert max(range(5), key=fair["1"].probabilities.__getitem__) == 4
    assert fair["1"].probabilities[2] < raw["1"].probabilities[2]
    assert sum(fair["1"].probabilities) == pytest.approx(1)


def test_nobody_is_asked_each_item_once():
    lm = ScriptedModel(scorer=scorer)
    ask = asker(SHEET, Speaker(lm), Asking())
    for persona in (TALKER, SHY):
        ask_items(SHEET, persona, Asking(), ask)
    bare = [request for request, _ in lm.scored if "character who" not in str(request.messages)]
    assert len(bare) == len(SHEET.items)


def test_a_statement_is_as_true_as_the_character_is_likelier_to_say_it():
    lm = ScriptedModel(scorer=said)
    talker, shy = (asked(Asking(way="statement"), one, lm) for one in (TALKER, SHY))
    p = 1 / (1 + math.exp(-2))
    assert talker["1"].value == pytest.approx(1 + 4 * p)
    assert talker["2"].value == pytest.approx(1 + 4 * (1 - p))
    assert shy["1"].value == pytest.approx(talker["2"].value)
    # The probabilities are binomial, and their mean is the value.
    mean = sum(point * share for point, share in zip(range(1, 6), talker["1"].probabilities,
                                                     strict=True))  # fmt: skip
    assert mean == pytest.approx(talker["1"].value)
    assert (
        score(SHEET, list(talker.values()))["E"].mean
        > 3
        > score(SHEET, list(shy.values()))["E"].mean
    )


def test_a_monologue_is_what_the_card_says_in_the_first_person():
    kim = Persona(
        name="Kim", traits=Traits(adjectives=("outgoing", "loud")),
        statements=("I am {{char}}.", "I sing."),
    )  # fmt: skip
    assert monologue_of(kim) == "I am outgoing and loud. I am Kim. I sing."
    assert monologue_of(Persona(name="Kim")) == "I am a person."

    def next_sentence(request, text):
        return Likelihood((-8.0 if "outgoing" in request.prompt and "talk" in text else -10.0,))

    lm = ScriptedModel(scorer=next_sentence)
    found = asked(Asking(way="monologue"), kim, lm)
    assert found["1"].value == pytest.approx(1 + 4 / (1 + math.exp(-2)))
    assert found["2"].value == pytest.approx(3)
    assert all(not request.messages for request, _ in lm.scored)
    assert {texts for _, texts in lm.scored} == {(" I talk a lot.",), (" I keep quiet.",)}


def test_a_grammar_admits_the_numbers_alone_and_the_seed_is_the_items():
    lm = ScriptedModel(["4", "nonsense"])
    found = asked(Asking(way="grammar", seed=3), TALKER, lm)
    assert (found["1"].value, found["2"].value) == (4.0, None)
    requests = lm.requests
    assert requests[0].grammar == 'root ::= "1" | "2" | "3" | "4" | "5"'
    assert requests[0].sampling.seed != requests[1].sampling.seed
    again = ScriptedModel(["4", "5"])
    asked(Asking(way="grammar", seed=3), TALKER, again)
    assert again.requests[0].sampling.seed == requests[0].sampling.seed


class Reader:
    """Finds that whoever says the very words of a statement agrees, and "no" disagrees."""

    name = fingerprint = "reader"
    thresholds = MappingProxyType({})

    def classify(self, pairs):
        rows = [(1, 0, 0) if h in p else (0, 0, 1) if "no" in p.lower() else (0, 1, 0)
                for p, h in pairs]  # fmt: skip
        return np.array(rows, dtype=np.float32)


def test_an_interview_reads_what_is_said():
    lm = ScriptedModel(["Well, I talk a lot.", "No, never."])
    found = asked(Asking(way="interview"), TALKER, lm, Reader())
    assert (found["1"].value, found["2"].value) == (5, 1)
    assert found["1"].text == "Well, I talk a lot."
    assert read_reply(SHEET, SHEET.items[0], "Rain again.", Reader()).value == 3
    assert read_reply(SHEET, SHEET.items[0], "  ", Reader()).value is None
    with pytest.raises(InvalidOption, match="inference model"):
        asker(SHEET, Speaker(lm), Asking(way="interview"))


def test_in_one_sitting_earlier_answers_are_in_the_context():
    lm = ScriptedModel(["4", "2"])
    asked(Asking(way="grammar", sitting=True), TALKER, lm)
    second = [message.content for message in lm.requests[1].messages]
    assert second[-2] == "4"
    assert "I talk a lot." in second[-3]
    with pytest.raises(InvalidOption, match="sitting"):
        asked(Asking(way="statement", sitting=True), TALKER, ScriptedModel())


def test_another_item_order_changes_the_asking_and_not_the_order_of_the_answers():
    lm = ScriptedModel(["4"])
    for order in range(4):
        asked(Asking(way="grammar", order=order), TALKER, lm)
    firsts = {str(request.messages[-1].content) for request in lm.requests[::2]}
    assert len(firsts) == 2
    assert list(asked(Asking(way="grammar", order=1), TALKER, lm)) == ["1", "2"]


def test_what_is_kept_is_not_asked_again():
    lm, told = ScriptedModel(["4"]), []
    asking = Asking(way="grammar")
    ask_items(SHEET, TALKER, asking, asker(SHEET, Speaker(lm), asking),
              {"1": Answer("1", 2.0, text="2")}, told.append)  # fmt: skip
    assert len(lm.requests) == 1
    assert [one.item for one in told] == ["2"]


def test_what_was_said_before_is_in_the_prompt():
    lm = ScriptedModel(["4"])
    asking = Asking(way="grammar")
    turns = (Turn(speaker="User", text="Write."), Turn(speaker="Kim", text="Once upon a time."))
    ask_items(SHEET, TALKER, asking, asker(SHEET, Speaker(lm), asking), after=turns)
    assert "Once upon a time." in str(lm.requests[0].messages)


def test_a_model_that_cannot_score_is_refused():
    lm = ScriptedModel(capabilities=("chat",))
    for way in ("likelihood", "statement", "monologue", "grammar"):
        with pytest.raises(CapabilityError):
            asker(SHEET, Speaker(lm), Asking(way=way))


def test_orders_whose_likings_cancel_are_averaged():
    one = [Answer("1", 2.0, (0.5, 0.5)), Answer("2", None)]
    other = [Answer("1", 4.0, (0.0, 1.0)), Answer("2", 3.0)]
    assert mean_answers([one, other]) == [
        Answer("1", 3.0, (0.25, 0.75)), Answer("2", 3.0),
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "de", "fr", "it"])
def test_every_wording_names_the_statement_and_every_number(language):
    sheet = load_questionnaire("ipip-neo-120", language)
    item = sheet.items[7]
    for number in range(paraphrases(language)):
        rising, falling = (
            choice_question(sheet, item, Wording(number, turned)) for turned in (False, True)
        )
        for text in (rising, falling):
            assert item.text in text
            assert all(f"{at}: {label}" in text for at, label in enumerate(sheet.options, 1))
        assert rising.index("1: ") < rising.index("5: ")
        assert falling.index("5: ") < falling.index("1: ")
    assert item.text in interview_question(sheet, item)
    assert opening_question(sheet)
    with pytest.raises(InvalidOption, match="choose 0"):
        choice_question(sheet, item, Wording(99))


def test_braces_of_a_users_statement_stay_what_they_are():
    odd = Item("1", "I {options} and {0}.")
    assert "I {options} and {0}." in choice_question(SHEET, odd)
