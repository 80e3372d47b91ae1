from __future__ import annotations

import random

import pytest

from personae.benchmarks.persona_testbed import persona_testbed
from personae.catalog.check_methods import share_right
from personae.errors import InvalidOption
from personae.evaluate.persona_testbed import leave_one_out

RAW = persona_testbed(mode="raw")


def test_the_sides_are_equally_frequent_and_the_order_of_options_says_nothing():
    first = sum(one.options[0] == one.reference for one in RAW.questions)
    assert abs(first / len(RAW.questions) - 0.5) < 0.08
    sides = [one.id.split(":")[2] for one in RAW.questions]
    assert sides.count("0") == sides.count("1")
    assert len({one.id for one in RAW.questions}) == len(RAW.questions)
    assert 0.3 < sides[::2].count("0") / len(sides[::2]) < 0.7


def test_the_oracle_is_always_right_and_chance_half_the_time():
    made = persona_testbed(mode="none", persons=8)
    assert share_right(made.questions, made.baselines["oracle"], 0) == 1
    assert abs(share_right(made.questions, made.baselines["random"], 0) - 0.5) < 0.05


def test_who_reads_all_attributes_knows_and_who_reads_none_does_not():
    assert share_right(RAW.questions, RAW.baselines["reader"], 0) == 1
    nothing = persona_testbed(mode="none")
    assert abs(share_right(nothing.questions, nothing.baselines["reader"], 0) - 0.5) < 0.12
    assert all(one.scene.persona.description == "" for one in nothing.questions)


def test_somebody_else_told_of_is_on_the_other_side():
    other = persona_testbed(mode="raw", shuffled=True)
    for mine, told in zip(RAW.questions, other.questions, strict=True):
        assert mine.reference == told.reference
        value, name = mine.labels["value"], mine.labels["attribute"]
        assert f"{name}: {value};" in f"{mine.scene.persona.description[:-1]};"
        assert f"{name}: {value};" not in f"{told.scene.persona.description[:-1]};"


def test_an_attribute_left_out_costs_what_it_decides():
    def judge(question):
        return RAW.baselines["reader"](question, random.Random(question.id))

    whole, (one, none) = leave_one_out(
        judge, ["religion", "sex"], lambda *_: None, mode="raw", persons=2, limit=None, seed=0
    )
    assert whole == 1
    assert one.attribute == "religion"
    assert one.own.difference < -0.2
    assert none.difference.difference == 0
    assert none.own is None


def test_an_unknown_attribute_is_refused_with_those_there_are():
    with pytest.raises(InvalidOption, match="no attribute 'shoe size'; there are: age"):
        persona_testbed(mode="raw", without="shoe size")


@pytest.mark.embedded
def test_a_summary_has_five_sentences_of_the_citizen():
    made = persona_testbed(persons=1)
    assert all(len(one.scene.persona.statements) == 5 for one in made.questions)
    assert 0.6 < sum(one.labels["is_told"] for one in made.questions) / len(made.questions) < 1
