"""The persona effect of models that are known."""

from __future__ import annotations

import math

import pytest

from personae.catalog.synthetic_answers import synthetic_model
from personae.errors import InvalidOption
from personae.items import told
from personae.studies.grid import NOBODY, Asked, Condition, Task, ask_grid
from personae.studies.persona_effect import (
    CONTROL,
    across_models,
    by_category,
    conditions_of,
    persona_effect,
)

CONTROLS = [Condition(f"c{at}", f"You are c{at}.", CONTROL) for at in range(5)]
GOOD = [Condition(f"g{at}", f"You are g{at}.", "good") for at in range(3)]
BAD = [Condition(f"b{at}", f"You are b{at}.", "bad") for at in range(3)]


def table(rows):
    conditions = (NOBODY, *CONTROLS, *GOOD, *BAD)
    items = tuple(str(at) for at in range(40))
    groups = ("x",) * 20 + ("y",) * 20
    return Asked("t", conditions, items, groups, tuple(tuple(row) for row in rows))


def row(right, wrong_in_x=0):
    hits = [float(at < right) for at in range(40)]
    return [0.0 if at < wrong_in_x else hit for at, hit in enumerate(hits)]


ROWS = [row(30), *(row(30 + at % 2) for at in range(5)), *(row(38 + at % 3) for at in range(3)),
        *(row(30, wrong_in_x=18 + at % 3) for at in range(3))]  # fmt: skip


def test_conditions_are_nobody_controls_and_personas_of_all_categories():
    found = conditions_of(personas=24, controls=10)
    assert found[0] == NOBODY
    assert [one.group for one in found].count(CONTROL) == 10
    assert len({one.group for one in found}) == 14
    assert all(one.line == told(one.name) for one in found[1:])
    own = conditions_of({"": ("a cook",)})
    assert [one.group for one in own][-1] == "persona"
    assert len(own) == 32
    with pytest.raises(InvalidOption, match="cannot be called 'control'"):
        conditions_of({"control": ("a cook",)})


def test_a_table_says_what_personas_change():
    found = persona_effect(table(ROWS))
    assert found.ratio.is_larger
    assert found.empty == pytest.approx(0.75)
    assert set(found.differing) == {one.name for one in (*GOOD, *BAD)}
    assert found.categories.share > 0.9
    assert found.failed == 0
    assert found.read == {}
    assert found.to_dict()["personas"][0][0] == "g0"


def test_ratings_are_no_hits_and_are_not_tested_as_such():
    rated = table([[value * 3.5 + 1 for value in one] for one in ROWS])
    assert persona_effect(rated).differing is None


def test_without_nobody_or_with_three_controls_less_is_said():
    whole = table(ROWS)
    part = Asked("t", whole.conditions[3:], whole.items, whole.groups, whole.values[3:])
    found = persona_effect(part)
    assert math.isnan(found.empty)
    assert found.differing is None
    assert found.ratio is None


def test_the_heat_map_has_categories_by_groups_of_items():
    cells = by_category(table(ROWS))
    assert set(cells) == {(c, g) for c in ("good", "bad") for g in ("x", "y", "all")}
    assert cells["bad", "x"] < -0.8
    assert cells["bad", "y"] == pytest.approx(0.5 - 0.52)
    assert cells["good", "all"] > 0


def test_models_are_compared_by_the_order_of_their_personas():
    upside_down = [row(40 - sum(map(int, one))) for one in ROWS]
    found = across_models({"a": table(ROWS), "b": table(ROWS), "c": table(upside_down)})
    assert found["a", "b"].tau == 1
    assert found["a", "c"].tau == -1


def test_a_model_that_heeds_personas_is_told_from_one_that_does_not(tmp_path):
    conditions = conditions_of(personas=12, controls=6)
    worse = {one.name for one in conditions if one.group in ("age", "gender", "religion")}
    lines = {told(name) for name in worse}
    task = Task("knowledge", "mini-knowledge", {}, 30)
    heeding = synthetic_model(lambda line, _: 0.1 if line in lines else 0.7, shared=0.95)
    deaf = synthetic_model(lambda line, _: 0.7, shared=0.95)
    found, none = (
        persona_effect(ask_grid(lm, conditions, [task], tmp_path / name)["knowledge"])
        for lm, name in ((heeding, "one"), (deaf, "other"))
    )
    assert found.ratio.ratio > 5
    assert none.ratio.ratio < 3
    assert set(found.differing) == worse
    assert none.differing == ()
