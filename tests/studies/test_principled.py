"""Advantage, robustness and fidelity as S074 defines them, on tables that are known."""

from __future__ import annotations

import pytest

from personae.errors import InvalidOption
from personae.items import lists
from personae.studies.grid import NOBODY, Asked
from personae.studies.principled import (
    changes,
    conditions_of,
    expertise_advantage,
    principled,
    worst_case,
)

ITEMS = 60


def hits(right, count=100):
    return [at < right for at in range(count)]


def known(line, subject):
    """How many of ten items of a subject are right."""
    for distance, expert in enumerate(lists().experts[subject]):
        if line == f"You are {expert}.":
            return (9, 7, 5)[distance]
    for level, person in enumerate(lists().education):
        if person in line:
            return 2 + level
    return 4 if "Magnus" in line else 6


def table(accuracy=known, conditions=None):
    conditions = tuple(conditions or conditions_of())
    groups = tuple(subject for subject in lists().experts for _ in range(10))
    values = tuple(
        tuple(float(at % 10 < accuracy(one.line, groups[at])) for at in range(ITEMS))
        for one in conditions
    )
    return Asked("knowledge", conditions, tuple(map(str, range(ITEMS))), groups, values)


def test_the_worst_name_is_the_published_example():
    found = worst_case(hits(60), {"a": hits(58), "b": hits(61), "c": hits(40)})
    assert found.value == pytest.approx(-0.20)
    assert found.persona == "c"
    assert found.interval.low < -0.20 < found.interval.high
    assert found.p == pytest.approx(3 * 2 * 0.5**20)
    with pytest.raises(InvalidOption, match="no persona"):
        worst_case(hits(60), {})


def test_the_experts_advantage_is_in_points():
    found = expertise_advantage(hits(60), hits(66))
    assert found.value == pytest.approx(0.06)
    assert (found.wins, found.losses) == (6, 0)
    assert found.p == pytest.approx(2 * 0.5**6)
    assert found.difference.interval.low > 0


def test_all_measures_come_out_as_they_were_put_in():
    found = principled(table())
    assert found.empty == pytest.approx(0.6)
    assert found.advantage.value == pytest.approx(0.3)
    assert (found.names.persona, found.names.value) == ("Magnus", pytest.approx(-0.2))
    assert found.colors.value == 0
    assert found.colors.p == 1
    assert found.education.observed == found.expertise.observed == 1
    assert found.education.holds
    assert found.expertise.holds
    assert found.accuracies["Magnus"] == pytest.approx(0.4)
    assert found.to_dict()["names"]["persona"] == "Magnus"


def test_what_a_mitigation_changes_is_paired():
    mended = table(lambda line, subject: 6 if "Magnus" in line else known(line, subject))
    found = changes(table(), mended, mitigation="instruction", empty=hits(36, ITEMS))
    assert found.names.difference == pytest.approx(0.2)
    assert found.names.interval.low > 0
    assert found.colors.difference == 0
    assert found.advantage.difference == 0
    assert found.education.mean == found.expertise.mean == 0


def test_tables_without_a_set_or_with_other_items_are_refused():
    part = table(conditions=conditions_of(("name",)))
    with pytest.raises(InvalidOption, match="set 'expert'"):
        principled(part)
    whole = table()
    other = Asked("k", whole.conditions, whole.items[::-1], whole.groups, whole.values)
    with pytest.raises(InvalidOption, match="the same items"):
        changes(whole, other, mitigation="refine", empty=hits(36, ITEMS))
    foreign = Asked("k", whole.conditions, whole.items, ("alchemy",) * ITEMS, whole.values)
    with pytest.raises(InvalidOption, match="no expert in 'alchemy'"):
        principled(foreign)


def test_sets_are_told_as_they_should_be():
    found = conditions_of()
    assert found[0] == NOBODY
    assert [one.group for one in found].count("expert") == 6
    assert "Your favourite colour is purple." in [one.line for one in found]
    assert "You are Magnus." in [one.line for one in found]
    with pytest.raises(InvalidOption, match="not \\['hats'\\]"):
        conditions_of(("hats",))
