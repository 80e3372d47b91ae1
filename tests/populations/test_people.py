from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.catalog.checks.s034_persona_testbed import PLANTED, chi_square_p, planted, upper_gamma
from personae.errors import InvalidOption
from personae.formats.personas import write_personas
from personae.formats.reading import read_personas
from personae.populations import shipped
from personae.populations.people import (
    EXTRAS,
    as_persona,
    contradictions,
    population,
    sentences,
    shares_of,
    shown_facts,
)
from personae.populations.preferences import SIDES, prompts

PEOPLE = list(population(2_000, 0))
TABLES = shipped("tables")["attributes"]


@pytest.mark.parametrize("name", TABLES)
def test_the_shares_of_a_table_sum_to_one(name):
    assert sum(shares_of(name).values()) == pytest.approx(1)


def test_people_are_as_frequent_as_the_tables_say():
    names = [name for name in TABLES if name != "age" and len(shares_of(name)) > 1]
    least = min(chi_square_p([one.attributes[n] for one in PEOPLE], shares_of(n)) for n in names)
    assert least * len(names) > 0.01


def test_other_shares_are_told_apart():
    shares = {**shares_of("sex"), "female": 0.56, "male": 0.44}
    assert chi_square_p([one.attributes["sex"] for one in PEOPLE], shares) < 0.001
    assert chi_square_p(["neither"] * 10, shares) == 0


@pytest.mark.parametrize(
    ("degrees", "statistic", "p"), [(1, 3.841, 0.05), (5, 11.070, 0.05), (10, 23.209, 0.01)]
)
def test_the_tail_is_that_of_the_books(degrees, statistic, p):
    assert upper_gamma(degrees, statistic) == pytest.approx(p, abs=1e-4)


def test_nobody_contradicts_themselves_unless_nobody_looks():
    assert not any(contradictions(one) for one in PEOPLE)
    unchecked = list(population(500, 0, checked=False))
    assert sum(bool(contradictions(one)) for one in unchecked) > 100


def test_looking_leaves_the_demographics_as_they_were():
    unchecked = population(200, 0, checked=False)
    for one, other in zip(PEOPLE, unchecked, strict=False):
        assert other.traits == one.traits
        kept = {k: v for k, v in one.attributes.items() if k not in EXTRAS}
        assert kept.items() <= other.attributes.items()


@pytest.mark.parametrize("change", PLANTED, ids=lambda change: " ".join(map(str, change.values())))
def test_a_planted_contradiction_is_found_in_anybody(change):
    assert len(PLANTED) == 20
    assert all(contradictions(planted(one, change)) for one in PEOPLE[:20])


def test_a_contradiction_is_told_in_words():
    child = replace(planted(PEOPLE[0], {"employment": "retired"}), age=9)
    assert "age 9, employment retired" in contradictions(child)


def test_one_seed_gives_the_same_people_and_more_only_adds():
    assert list(population(5, 0)) == PEOPLE[:5]
    assert list(population(5, 2)) != PEOPLE[:5]


def test_a_population_of_none_is_refused():
    with pytest.raises(InvalidOption, match="at least 1"):
        list(population(0, 1))


def test_an_attribute_without_a_table_is_refused():
    with pytest.raises(InvalidOption, match="no table of 'mood'"):
        shares_of("mood")


def test_everybody_has_sentences_and_what_is_left_out_is_not_told():
    for one in PEOPLE[:200]:
        told = sentences(one)
        assert len(told) > 12
        assert not any("{" in text for text in told.values())
        for name in told:
            assert name not in sentences(one, name)
            assert name not in shown_facts(one, name)


@given(st.integers(min_value=0, max_value=10_000))
@settings(max_examples=30, deadline=None)
def test_a_person_survives_being_a_card(seed):
    (one,) = population(1, seed)
    card = as_persona(one, 0, seed)
    assert type(card).from_json(card.to_json()) == card
    assert card.attributes["age"] == str(one.age)


def test_a_population_is_read_back(tmp_path):
    file = tmp_path / "people.jsonl"
    cards = [as_persona(one, at, 0) for at, one in enumerate(PEOPLE[:5])]
    assert write_personas(cards, file) == 5
    assert list(read_personas(file)) == cards


def test_there_are_sixty_prompts_whose_sides_exist():
    asked = list(prompts())
    assert len(asked) >= 60
    assert len({one.text for one in asked}) == len(asked)
    for one in asked:
        found = Counter(one.preferred(citizen) for citizen in PEOPLE[:800])
        assert found[0] >= 10
        assert found[1] >= 10


def test_neither_group_nor_politics_decide_a_taste():
    assert not {"sex", "race", "birthplace", "citizenship", "disability", "politics"} & set(SIDES)
