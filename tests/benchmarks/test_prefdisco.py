"""Hidden preferences: modes, a user who must be asked, policies, and other people's problems."""

from __future__ import annotations

import json
import random
import threading
from statistics import fmean

import pytest

from personae.benchmarks import passive_user
from personae.benchmarks.passive_user import FINAL, INDIFFERENT, UNASKED, answer_to, read_action
from personae.benchmarks.prefdisco import MODES, own_problems, prefdisco, preferences_of
from personae.benchmarks.template_answers import template_answer
from personae.data import Sample
from personae.draft import Kit
from personae.errors import FormatError, InvalidOption
from personae.evaluate.asking import AskedQuestion, answerer_for
from personae.lm.scripted import ScriptedModel
from personae.registry import build
from personae.speaker import Speaker
from personae.text.preferences import QUESTIONS, VALUES, mark_of

KNOWN = {question: dimension for dimension, question in QUESTIONS.items()}
KIT = Kit(lm=ScriptedModel(["x"]))


@pytest.fixture(autouse=True)
def _recognised(monkeypatch):
    """The user knows our six questions: the embedder is not the point here."""
    monkeypatch.setattr(passive_user, "asked_about", lambda text: KNOWN.get(text, "other"))


def samples_of(made, baseline):
    rng = random.Random(0)
    return [
        Sample(
            id=one.id, scene=one.scene, reply=made.baselines[baseline](one, rng),
            record={"group": one.group, "labels": one.labels},
        )
        for one in made.questions
    ]  # fmt: skip


def test_every_item_is_asked_in_three_modes():
    made = prefdisco(problems=50, personas=4)
    assert len(made.questions) == 600
    assert [one.group for one in made.questions[:3]] == list(MODES)
    assert len({one.labels["item"] for one in made.questions}) == 200


def test_preferences_are_few_weighed_and_mostly_the_same_from_problem_to_problem():
    person = passive_user.people()["personas"][0]
    found = [preferences_of(person, one, 0) for one in own_problems()]
    assert {len(one) for one in found} == {2, 3, 4}
    assert all(abs(sum(each["weight"] for each in one) - 1) < 1e-9 for one in found)
    usual = [each["value"] == person["base"][each["dimension"]] for one in found for each in one]
    assert 0.7 < fmean(usual) < 0.9
    assert len({tuple(each["dimension"] for each in one) for one in found}) > 20


def test_the_preferences_stand_in_one_mode_s_prompt_alone():
    made = prefdisco(problems=5)
    told = passive_user.people()["dimensions"]
    said = [
        text for name, values in VALUES.items() for value in values for text in told[name][value]
    ]
    for one in made.questions:
        prompt = one.scene.persona.system_prompt
        assert any(text in prompt for text in said) == (one.group == "persona_known")


@pytest.mark.parametrize("problem", own_problems(), ids=lambda one: one["id"])
def test_a_template_answer_can_be_whatever_is_wanted(problem):
    rng = random.Random(problem["id"])
    terms = passive_user.people()["terms"]
    for _ in range(12):
        wanted = {name: rng.choice(values) for name, values in VALUES.items()}
        text = template_answer(problem, wanted)
        wrong = {
            name: (wanted[name], mark)
            for name in VALUES
            if (mark := mark_of(text, name, wanted[name], terms)).level < 5
        }
        # Everything at once does not fit into sixty words.
        if wanted["length"] == "short":
            wrong.pop("length", None)
        assert wrong == {}, text


def test_policies_gain_by_what_they_ask():
    made = prefdisco(problems=20, questions=6)
    gain = {
        name: build("metric", "preference-gain")(samples_of(made, name), KIT).total
        for name in ("ask-all", "ask-half", "ask-none")
    }
    assert gain["ask-none"] == 0
    assert gain["ask-none"] < gain["ask-half"] < gain["ask-all"] == pytest.approx(100)


@pytest.mark.parametrize("baseline", ["nothing", "echo"])
def test_an_empty_or_echoing_answer_has_the_lowest_mark(baseline):
    samples = samples_of(prefdisco(problems=3), baseline)
    assert build("metric", "preference-alignment")(samples, KIT).total == 1.0


def test_a_passive_user_says_what_is_asked_and_no_more():
    wanted, rng = {"length": "short", "check": "none"}, random.Random(0)
    said = answer_to(QUESTIONS["length"], wanted, [], "passive", rng)
    assert passive_user.understood(said) == {"length": "short"}
    assert answer_to(QUESTIONS["steps"], wanted, [], "passive", rng) == INDIFFERENT
    assert answer_to("How old are you?", wanted, [], "passive", rng) == UNASKED
    both = f"{QUESTIONS['check']} {QUESTIONS['length']}"
    assert passive_user.understood(answer_to(both, wanted, [], "passive", rng)) == {"check": "none"}


def test_a_collaborative_user_adds_one_that_was_not_told():
    wanted, rng = {"length": "short", "check": "none"}, random.Random(0)
    said = answer_to(QUESTIONS["steps"], wanted, [], "collaborative", rng)
    assert passive_user.understood(said) == {"length": "short"}
    more = answer_to(QUESTIONS["steps"], wanted, [said], "collaborative", rng)
    assert passive_user.understood(more) == {"check": "none"}


@pytest.mark.parametrize(
    ("text", "asks", "says"),
    [
        ("Short or long?", True, "Short or long?"),
        ("QUESTION: Short or long?", True, "Short or long?"),
        ("**Answer:** 8. Is that clear?", False, "** 8. Is that clear?"),
        ("It is 8. Is that clear?", False, "It is 8. Is that clear?"),
        ("###ACTION###: ask_question\n###RESPONSE###: How long?", True, "How long?"),
        ("###ACTION###: ['final_answer']\n###RESPONSE###: 8?", False, "8?"),
        ("", False, ""),
    ],
)
def test_a_message_asks_or_answers(text, asks, says):
    assert read_action(text) == (asks, says)


def simulated(made, method, lm, **options):
    ask = answerer_for(made, Speaker(lm, method, options=options))
    question = next(one for one in made.questions if one.group == "infer_persona")
    return ask.answer(AskedQuestion(question), seed=0, cancel=threading.Event()).to_dict()


def test_the_user_ends_the_questions_and_wants_an_answer():
    lm = ScriptedModel(lambda request: QUESTIONS["length"])
    found = simulated(prefdisco(problems=1, questions=2), "plain", lm)
    heard = [turn["text"] for turn in found["turns"] if turn["speaker"] == "User"]
    assert len(heard) == 3
    assert heard[-1].endswith(FINAL)


def test_an_answer_ends_the_dialogue():
    found = simulated(prefdisco(problems=1), "plain", ScriptedModel(["It is 8."]))
    assert [turn["speaker"] for turn in found["turns"]] == ["User", "Assistant"]


def test_other_people_s_problems_need_a_question_and_an_answer(tmp_path):
    file = tmp_path / "qa.jsonl"
    file.write_text(json.dumps({"problem": "2 + 2?", "target": 4}) + "\n")
    made = prefdisco(qa=str(file), personas=2)
    assert [one.reference for one in made.questions] == ["4"] * 6
    assert list(made.baselines) == ["nothing", "echo"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"question": "2 + 2?"}', "'answer' is missing"),
        ('{"question": " ", "answer": "4"}', "'question' is empty"),
        ('{"question": "2?", "answer": "4", "matters": ["taste"]}', "there are length, steps"),
        ("[1, 2]", "not an object"),
    ],
)
def test_bad_problems_are_refused_with_one_sentence(tmp_path, line, message):
    file = tmp_path / "qa.jsonl"
    file.write_text(line + "\n")
    with pytest.raises((FormatError, InvalidOption), match=message):
        prefdisco(qa=str(file))
