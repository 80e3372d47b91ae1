"""The benchmark of Big Five types: balanced pairs, and what the baselines can get from them."""

from __future__ import annotations

import random

import pytest

from personae.errors import InvalidOption
from personae.evaluate.asking import AskedQuestion, answerer_for
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.questionnaires.big_five import MARKERS
from personae.registry import build
from personae.speaker import Speaker


def benchmark(**options):
    return build("benchmark", "questionnaire", options)


def test_each_type_and_trait_has_its_pairs_with_one_of_each_pole():
    one = benchmark()
    assert len(one.questions) == 8 * 5 * 3
    assert {question.group for question in one.questions} == {
        "Extraversion", "Agreeableness", "Conscientiousness", "Neuroticism", "Openness",
    }  # fmt: skip
    assert all(question.reference in question.options for question in one.questions)
    assert one.choose_by == "calibrated"


def test_what_is_right_for_a_type_is_wrong_for_its_opposite_and_nowhere_is_first():
    one = benchmark(types=32, pairs=3)
    rights: dict[tuple[str, ...], set[str]] = {}
    for question in one.questions:
        rights.setdefault(tuple(sorted(question.options)), set()).add(question.reference)
    assert all(len(found) == 2 for found in rights.values())
    first = sum(question.reference == question.options[0] for question in one.questions)
    assert 0.4 < first / len(one.questions) < 0.6
    rng = random.Random(0)
    guessed = [one.baselines["chance"](q, rng) == q.reference for q in one.questions]
    assert 0.4 < sum(guessed) / len(guessed) < 0.6


def test_interviews_ask_about_both_statements_of_a_pair_and_say_who_should_agree():
    one = benchmark(way="interview", pairs=2)
    assert one.metrics[0] == "keyed-agreement"
    assert len(one.questions) == 8 * 5 * 2 * 2
    for question in one.questions:
        assert question.labels["statement"] in question.scene.turns[-1].text
    assert sum(q.labels["agrees"] for q in one.questions) * 2 == len(one.questions)


def test_a_model_that_says_what_fits_is_right_everywhere():
    def said(request, text):
        prompt = " ".join(message.content for message in request.messages)
        is_high = MARKERS["E"][0] in prompt
        fits = (text == high) is is_high
        return Likelihood((-9.0 if "character who" in prompt and fits else -10.0,))

    questions = [q for q in benchmark().questions if q.group == "Extraversion"]
    answerer = None
    for question in questions:
        # The reference of an extrovert is the statement of the high pole.
        is_high = question.id.startswith("extr")
        high = question.reference if is_high else next(
            text for text in question.options if text != question.reference
        )  # fmt: skip
        answerer = answerer or answerer_for(benchmark(), Speaker(ScriptedModel(scorer=said)))
        answer = answerer.answer(AskedQuestion(question), seed=0, cancel=None)
        assert answer.to_dict()["reply"] == question.reference


@pytest.mark.parametrize("options", [{"types": 9}, {"pairs": 0}, {"words": "odd"},
                                     {"name": "ipip-50"}])  # fmt: skip
def test_options_out_of_range_are_refused(options):
    with pytest.raises(InvalidOption):
        benchmark(**options)
