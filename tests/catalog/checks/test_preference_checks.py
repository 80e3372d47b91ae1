"""The checks of S024, S034, S041, S065, S077 and S081 fail where their mechanism is taken out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy
import pytest

from personae.benchmarks import (
    passive_user,
    persona_testbed,
    personaconv,
    personaeval,
    personafeedback,
    prefdisco,
)
from personae.benchmarks.types import by_chance
from personae.catalog.check import CheckContext, CheckFailed
from personae.catalog.checks import s024_personaconv as s024
from personae.catalog.checks import s034_persona_testbed as s034
from personae.catalog.checks import s041_personafeedback as s041
from personae.catalog.checks import s065_personaeval as s065
from personae.catalog.checks import s077_personalllm as s077
from personae.catalog.checks import s081_prefdisco as s081
from personae.evaluate.asking import Choosing, Said
from personae.formats import thread_making
from personae.lm.scripted import ScriptedModel
from personae.metrics import choice_accuracy
from personae.populations import people
from personae.text.preferences import QUESTIONS


@pytest.fixture
def context(word_embedder):
    return CheckContext(lm=ScriptedModel, embedder=lambda: word_embedder, datasets_dir=Path())


class TestThreads:
    def test_it_passes(self, context):
        assert "MCC of the sign" in s024.check(context)[0]

    def test_scores_that_do_not_depend_on_the_author_fail(self, context, monkeypatch):
        monkeypatch.setattr(
            thread_making, "_score", lambda author, community, rng: rng.choice((-6, 6))
        )
        with pytest.raises(CheckFailed, match="history was to bring"):
            s024.check(context)

    def test_a_history_that_is_not_shown_fails(self, context, monkeypatch):
        monkeypatch.setattr(personaconv, "known_replies", lambda target: [])
        with pytest.raises(CheckFailed, match="history was to bring"):
            s024.check(context)


class TestPopulation:
    def test_it_passes(self, context):
        assert len(s034.check(context)) == 4

    def test_people_who_are_not_filtered_fail(self, context, monkeypatch):
        monkeypatch.setattr(s034, "population", partial(_unfiltered, people.population))
        with pytest.raises(CheckFailed, match="planted contradictions are found"):
            s034.check(context)

    def test_no_rules_fail(self, context, monkeypatch):
        monkeypatch.setattr(s034, "contradictions", lambda citizen: [])
        with pytest.raises(CheckFailed, match="planted contradictions are found"):
            s034.check(context)

    def test_people_drawn_without_the_tables_fail(self, context, monkeypatch):
        monkeypatch.setattr(people, "_drawn", lambda shares, rng: rng.choice(sorted(shares)))
        with pytest.raises(CheckFailed, match="not those of the tables"):
            s034.check(context)

    def test_an_oracle_that_does_not_know_what_is_preferred_fails(self, context, monkeypatch):
        monkeypatch.setattr(persona_testbed, "by_rule", by_chance)
        with pytest.raises(CheckFailed, match="the oracle was to have 1"):
            s034.check(context)


def _unfiltered(real, number, seed, *, checked=True):
    return real(number, seed, checked=False)


@pytest.mark.embedded
class TestFeedback:
    def test_it_passes(self, context):
        assert len(s041.check(context)) == 3

    def test_a_judge_that_does_not_know_the_person_fails(self, context, monkeypatch):
        monkeypatch.setattr(personafeedback, "_by_meaning", by_chance)
        with pytest.raises(CheckFailed, match="each tier was to be harder"):
            s041.check(context)

    def test_tiers_that_are_one_fail(self, context, monkeypatch):
        def generic(tier, value, number, query, values, rng):
            return query["generic"]

        monkeypatch.setattr(personafeedback, "_other", generic)
        with pytest.raises(CheckFailed, match="each tier was to be harder"):
            s041.check(context)

    def test_another_person_who_is_the_same_fails(self, context, monkeypatch):
        monkeypatch.setattr(personafeedback, "_far", lambda value, values: [value])
        with pytest.raises(CheckFailed):
            s041.check(context)

    def test_a_model_that_likes_the_first_option_fails(self, context, monkeypatch):
        def first(self, asked, *, seed, cancel):
            return Said(asked.question.options[0], "first", "none")

        monkeypatch.setattr(Choosing, "answer", first)
        with pytest.raises(CheckFailed, match="verdicts change with the order"):
            s041.check(context)


@pytest.mark.embedded
class TestSpeakers:
    def test_it_passes(self, context):
        assert len(s065.check(context)) == 2

    def test_a_profile_that_does_not_tell_who_speaks_fails(self, context, monkeypatch):
        monkeypatch.setattr(personaeval, "_by_meaning", by_chance)
        with pytest.raises(CheckFailed, match="was to tell who speaks"):
            s065.check(context)

    def test_dropping_answers_that_name_nobody_fails(self, context, monkeypatch):
        monkeypatch.setattr(choice_accuracy, "is_choice", lambda sample: bool(sample.reply))
        with pytest.raises(CheckFailed, match="not counted as wrong"):
            s065.check(context)


@pytest.mark.embedded
class TestUsers:
    def test_users_who_are_all_alike_fail(self, monkeypatch):
        real = s077.draw_users
        monkeypatch.setattr(s077, "draw_users", lambda count, alpha, seed: real(count, 1.0, seed))
        with pytest.raises(CheckFailed, match="one weight of at least"):
            s077._clinging(0)

    def test_neighbours_by_chance_fail(self, monkeypatch):
        rng = numpy.random.default_rng(0)
        real = s077.user_vector
        monkeypatch.setattr(
            s077, "user_vector", lambda pool, rows: rng.normal(size=real(pool, rows).shape)
        )
        with pytest.raises(CheckFailed, match="neighbours were to be more alike"):
            s077._neighbours(s077.open_pool(), 0)

    def test_likes_drawn_by_chance_fail(self, monkeypatch):
        def made(**options):
            real = s077_made(**options)
            real.baselines["nearest"] = by_chance
            return real

        s077_made = s077.personalllm
        monkeypatch.setattr(s077, "personalllm", made)
        with pytest.raises(CheckFailed, match="likes were to be worth something"):
            s077._worth(0)


class TestAsking:
    """Without the part that the real model speaks, and with a user who knows the questions."""

    @pytest.fixture(autouse=True)
    def _small(self, monkeypatch):
        known = {text: dimension for dimension, text in QUESTIONS.items()}
        monkeypatch.setattr(s081, "spoken", lambda made, context: "not spoken")
        monkeypatch.setattr(
            passive_user, "asked_about", lambda text: known.get(text, passive_user.OTHER)
        )

    def test_it_passes(self, context):
        assert len(s081.check(context)) == 4

    def test_a_user_who_does_not_see_what_is_asked_fails(self, context, monkeypatch):
        monkeypatch.setattr(passive_user, "asked_about", lambda question: passive_user.OTHER)
        with pytest.raises(CheckFailed, match="asking all was to reach"):
            s081.check(context)

    def test_answers_that_ignore_the_wishes_fail(self, context, monkeypatch):
        real = prefdisco.template_answer
        monkeypatch.setattr(prefdisco, "template_answer", lambda problem, known: real(problem, {}))
        with pytest.raises(CheckFailed, match="being told was to bring"):
            s081.check(context)
