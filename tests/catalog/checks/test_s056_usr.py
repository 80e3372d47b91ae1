"""The check of S056 fails where a part of the mechanism is taken away."""

from __future__ import annotations

import pytest

from personae.catalog.check import CheckFailed
from personae.catalog.checks import s056_usr as s056
from personae.data import Persona, Sample, Scene
from personae.encoders.dialogue_retrieval import kept_retrieval
from personae.evaluate.foils import held_out_replies
from personae.formats.rated import RatedReply
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.metrics import usr as metric

PEOPLE = held_out_replies()


def even() -> ScriptedModel:
    return ScriptedModel(scorer=lambda request, text: Likelihood(tuple(-3.0 for _ in text.split())))


def knows_word_order(request, text):
    words = text.split()
    nats = -9.0 if len(words) > 3 and words == sorted(words) else -3.0
    return Likelihood(tuple(nats for _ in words))


def test_the_formula_is_held_to_the_last_digit(monkeypatch):
    assert s056.formula()
    other = metric.Regression(3.6, metric.PAPER_WEIGHTS, metric.PAPER_SCALES)
    monkeypatch.setattr(s056, "PAPER", other)
    with pytest.raises(CheckFailed, match=r"3\.6"):
        s056.formula()


def test_retrieval_passes_and_chance_does_not():
    retrieval = kept_retrieval()
    assert "DR_c puts" in s056.true_before_drawn("DR_c", retrieval.of_context, PEOPLE)
    with pytest.raises(CheckFailed, match="not in 80%"):
        s056.true_before_drawn("DR_c", lambda replies: [0.5 for _ in replies], PEOPLE)
    with pytest.raises(CheckFailed, match="not in 80%"):
        s056.true_before_drawn("DR_c", lambda replies: [len(one.text) for one in replies], PEOPLE)


def test_a_grade_by_likelihood_alone_likes_a_stock_phrase(monkeypatch):
    few = PEOPLE[: s056.FOIL_SCENES]
    assert "usr-dr-c" in s056.foils_fail(ScriptedModel(scorer=knows_word_order), few)

    def known_by_heart(request, text):
        return Likelihood((-0.1 if text == "I don't know." else -3.0,))

    scales = {**metric.PAPER_SCALES, "mlm": (-3.0, 2.0)}
    only_mlm = metric.Regression(3.0, {"mlm": 1.0, "dr_c": 0.0, "dr_f": 0.0}, scales)
    monkeypatch.setattr(metric, "regression_named", lambda weights: only_mlm)
    with pytest.raises(CheckFailed, match="usr likes the echo"):
        s056.foils_fail(ScriptedModel(scorer=known_by_heart), few)


def rated(good: str, bad: str) -> list[RatedReply]:
    scene = Scene(persona=Persona(name="B"), user="A").said("A", "Do you have any pets?")
    return [
        RatedReply(Sample(id=f"{at}-{text}", scene=scene, reply=text), text, str(at), (grade,))
        for at in range(5)
        for text, grade in ((good, 5.0 - at / 10), (bad, 1.0 + at / 10))
    ]


def test_grades_that_go_with_people_pass_and_others_do_not():
    good, bad = "Yes, two dogs.", "I went to the cinema and to a lot of other places yesterday."
    assert "by length alone" in s056.people_agree(even(), rated(good, bad))
    with pytest.raises(CheckFailed, match="length"):
        s056.people_agree(even(), rated(bad, good))
