"""Habits by a language model: what parses is taken, what does not is asked for again."""

from __future__ import annotations

import numpy as np
import pytest

from personae import habits
from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel
from personae.memory.inducing import habit_grammar, induce, induce_all
from personae.text.habits import write_habits

GOOD = write_habits([habits.everyday()[2]])
NO_GOALS = GOOD.replace(":goals", ":aims")


def test_passage_then_habit_and_the_statement_is_the_source():
    lm = ScriptedModel(["I run a lot. It is fun.", GOOD])
    made = induce(lm, "I like\nrunning.")
    assert made.habit.source == "I like running."
    assert made.habit.event == habits.everyday()[2].event
    assert made.attempts == 1
    assert "I run a lot. It is fun." in lm.requests[1].messages[-1].content
    assert lm.requests[1].grammar == habit_grammar()


def test_what_does_not_parse_is_asked_for_again_with_another_seed():
    lm = ScriptedModel(["I run.", NO_GOALS, "no list", GOOD])
    made = induce(lm, "I run.", is_free=True)
    assert made.habit is not None
    assert made.attempts == 3
    assert "':aims'" in made.faults[0]
    assert len({request.sampling.seed for request in lm.requests[1:]}) == 3
    assert not lm.requests[1].grammar


def test_after_all_attempts_there_is_none():
    lm = ScriptedModel(["I run.", *[NO_GOALS] * 5])
    made = induce(lm, "I run.")
    assert (made.habit, made.attempts) == (None, 5)


class Against:
    """Everything with the word contradicts everything."""

    def __init__(self, word: str) -> None:
        self.word = word

    def classify(self, pairs):
        return np.array([[0, 0, 1] if self.word in said else [0, 1, 0] for said, _ in pairs])


def test_facts_that_contradict_the_persona_are_dropped():
    made = induce(ScriptedModel(["I run.", GOOD]), "I run.", nli=Against("marathon"))
    assert made.dropped == ("I am training for a marathon in autumn.",)
    assert made.habit.goals == ("I want to stay fit as I get older.",)


@pytest.mark.parametrize(("word", "told"), [("I", "event contradicts"), ("path", None)])
def test_an_event_that_contradicts_makes_the_attempt_fail(word, told):
    made = induce(ScriptedModel(["I run.", GOOD]), "I run.", nli=Against(word), attempts=1)
    assert (made.habit is None) == (told is not None)
    assert told is None or told in made.faults[0]


def test_a_section_of_which_nothing_is_left_makes_the_attempt_fail():
    text = GOOD.replace("- I am training for a marathon in autumn.\n", "")
    made = induce(ScriptedModel(["x", text]), "I run.", nli=Against("I want"), attempts=1)
    assert made.faults == ("Of the section ':goals' all is said already or contradicts.",)


def test_known_sources_are_passed_over():
    lm = ScriptedModel(["I read.", GOOD])
    made = list(induce_all(lm, ["I like to run.", "I like to read."], known=habits.everyday()))
    assert made == []
    (one,) = induce_all(lm, ["I like to run.", "I read."], known=habits.everyday())
    assert one.statement == "I read."


def test_a_model_without_chat_is_refused():
    with pytest.raises(CapabilityError, match="Inducing habits"):
        induce(ScriptedModel(["x"], capabilities=["complete"]), "I run.")
