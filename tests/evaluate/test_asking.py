"""The five ways to ask, with a scripted model."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from personae.benchmarks.types import Benchmark, Question, echo, nothing_said
from personae.data import Persona, Scene, Turn
from personae.errors import BackendError, InvalidOption
from personae.evaluate.asking import AskedQuestion, Choosing, Guessing, answerer_for
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

QUESTION = Question(
    id="one",
    scene=Scene(
        persona=Persona(name="Ana", statements=("I have a cat.",)),
        turns=(Turn(speaker="User", text="Any pets?"),),
    ),
    reference="I have a cat.",
    options=("I have a cat.", "I have a very old and very large dog."),
    group="pets",
    labels={"statement": 0},
)


def benchmark(**changes):
    whole = Benchmark(
        version="1", ask="reply", questions=(QUESTION,), metrics=("word-f1",), source="here"
    )
    return replace(whole, **changes)


def answered(made, model, question=QUESTION):
    answerer = answerer_for(made, Speaker(model, "plain"))
    asked = AskedQuestion(question)
    answer = answerer.answer(asked, seed=3, cancel=threading.Event())
    return answer, answerer.likelihood(asked)


def test_a_question_says_of_itself_what_metrics_need():
    record = AskedQuestion(QUESTION).record
    assert record == {
        "group": "pets", "options": list(QUESTION.options), "labels": {"statement": 0},
    }  # fmt: skip


def test_nobody_sees_the_scene_without_the_persona():
    asked = AskedQuestion(QUESTION, nobody=True)
    assert asked.shown().persona == Persona(name="Ana")
    assert asked.shown().turns == asked.scene().turns
    assert asked.scene().persona.statements


def test_reply_is_the_methods_own_and_scored_only_where_perplexity_is_wanted():
    answer, likelihood = answered(benchmark(), ScriptedModel(["A cat."]))
    assert answer.text == "A cat."
    assert likelihood is None
    _, likelihood = answered(benchmark(metrics=("perplexity",)), ScriptedModel(["A cat."]))
    assert likelihood is not None


def test_score_makes_no_reply():
    answer, likelihood = answered(benchmark(ask="score"), ScriptedModel())
    assert answer.text == ""
    assert likelihood.tokens > 0


def test_choose_ranks_by_the_mean_or_the_total_likelihood():
    model = ScriptedModel()
    by_total, _ = answered(benchmark(ask="choose", choose_by="total"), model)
    found = by_total.to_dict()
    assert len(found["log_likelihoods"]) == len(found["tokens"]) == 2
    best = max(range(2), key=found["log_likelihoods"].__getitem__)
    assert by_total.text == QUESTION.options[best]
    by_mean, _ = answered(benchmark(ask="choose"), model)
    means = [a / b for a, b in zip(found["log_likelihoods"], found["tokens"], strict=True)]
    assert by_mean.text == QUESTION.options[max(range(2), key=means.__getitem__)]


def test_calibrated_choice_takes_away_what_is_likely_without_the_persona():
    found, _ = answered(benchmark(ask="choose", choose_by="calibrated"), ScriptedModel())
    detail = found.to_dict()
    gains = [
        a - b
        for a, b in zip(detail["log_likelihoods"], detail["prior_log_likelihoods"], strict=True)
    ]
    assert found.text == QUESTION.options[max(range(2), key=gains.__getitem__)]


@pytest.mark.parametrize(
    ("written", "chosen"), [("B", QUESTION.options[1]), ("I cannot tell.", "")]
)
def test_a_model_that_cannot_score_is_asked_for_a_letter(written, chosen):
    model = ScriptedModel([written], capabilities=frozenset({"chat"}))
    answer = Choosing(Speaker(model, "plain")).answer(
        AskedQuestion(QUESTION), seed=0, cancel=threading.Event()
    )
    assert answer.text == chosen
    assert answer.to_dict()["unread"] is (chosen == "")
    assert "B) I have a very old" in model.requests[-1].messages[-1].content


def test_extract_reads_an_object_and_fails_on_half_a_one():
    asked = replace(QUESTION, schema={"type": "object"})
    answer, _ = answered(benchmark(ask="extract"), ScriptedModel(['{"pet": "cat"}']), asked)
    assert answer.to_dict()["extracted"] == {"pet": "cat"}
    with pytest.raises(BackendError, match="no whole JSON"):
        answered(benchmark(ask="extract"), ScriptedModel(['{"pet": ']), asked)


def test_simulate_talks_until_the_partner_ends():
    lines = ["Hello!", "And then?"]

    def partner(question, scene, rng):
        said = sum(turn.speaker == "User" for turn in scene.turns) - 1
        return lines[said] if said < len(lines) else None

    made = benchmark(ask="simulate", partner=partner)
    answer, _ = answered(made, ScriptedModel(["First.", "Second."]))
    assert [turn["text"] for turn in answer.to_dict()["turns"]] == [
        "Hello!", "First.", "And then?", "Second.",
    ]  # fmt: skip
    assert answer.text == "Second."


def test_simulate_without_a_partner_is_refused():
    with pytest.raises(InvalidOption, match="partner"):
        answered(benchmark(ask="simulate"), ScriptedModel())


@pytest.mark.parametrize(("baseline", "said"), [(nothing_said, ""), (echo, "Any pets?")])
def test_a_baseline_answers_without_a_model(baseline, said):
    answer = Guessing("it", baseline).answer(
        AskedQuestion(QUESTION), seed=0, cancel=threading.Event()
    )
    assert answer.text == said
    assert answer.to_dict()["model"] == "none"
