"""A grid asks every condition every question, resumes, and makes tables."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from personae.errors import InvalidOption, PersonaeError
from personae.items import people, spread_over
from personae.lm.scripted import ScriptedModel
from personae.studies.grid import (
    NOBODY,
    Asked,
    Condition,
    Task,
    ask_grid,
    macro_mean,
    share_read,
)

NURSE = Condition("a nurse", "You are a nurse.", "profession")
TASK = Task("knowledge", "mini-knowledge", {}, 6)


def test_each_condition_is_told_and_nobody_is_not(tmp_path):
    lm = ScriptedModel()
    found = ask_grid(lm, [NOBODY, NURSE], [TASK], tmp_path)["knowledge"]
    told = [[one.content for one in request.messages if one.role == "system"]
            for request, _ in lm.scored]  # fmt: skip
    assert told == [[]] * 6 + [["You are a nurse."]] * 6
    assert len(found.items) == 6
    assert set(found.row(NURSE)) <= {0.0, 1.0}
    assert len({*found.groups}) == 6
    assert found.within("history").items == (found.items[found.groups.index("history")],)


def test_it_goes_on_where_it_was_and_grows_by_conditions(tmp_path):
    first, again = ScriptedModel(), ScriptedModel()
    one = ask_grid(first, [NOBODY], [TASK], tmp_path)["knowledge"]
    states = []
    two = ask_grid(again, [NOBODY, NURSE], [TASK], tmp_path, on_progress=states.append)
    assert two["knowledge"].row(NOBODY) == one.row(NOBODY)
    assert len(again.scored) == 6
    assert (states[-1].total, states[-1].done, states[-1].resumed) == (12, 12, 6)


def test_other_settings_are_refused(tmp_path):
    ask_grid(ScriptedModel(), [NOBODY], [TASK], tmp_path)
    with pytest.raises(InvalidOption, match="begun with other settings"):
        ask_grid(ScriptedModel(), [NOBODY], [TASK], tmp_path, seed=1)


def test_a_model_that_cannot_rank_is_asked_for_letters(tmp_path):
    lm = ScriptedModel(["B", "nonsense"], capabilities=("chat",))
    found = ask_grid(lm, [NOBODY], [TASK], tmp_path)["knowledge"]
    assert share_read(found.answers[0]) == 0.5
    ranked = ask_grid(ScriptedModel(), [NOBODY], [TASK], tmp_path / "other")["knowledge"]
    assert share_read(ranked.answers[0]) is None


def test_a_model_that_fails_always_is_one_sentence(tmp_path):
    lm = ScriptedModel([ValueError("broken")], capabilities=("chat",))
    with pytest.raises(PersonaeError, match=r"All 6 answers of 'empty' failed.*broken"):
        ask_grid(lm, [NOBODY], [TASK], tmp_path)


def test_the_same_condition_twice_is_refused(tmp_path):
    with pytest.raises(InvalidOption, match="the same"):
        ask_grid(ScriptedModel(), [NURSE, NURSE], [TASK], tmp_path)


def test_folders_are_names_that_differ():
    other = Condition("a nurse", "Your job is nursing.", "profession")
    assert NURSE.folder.startswith("profession-a-nurse-")
    assert NURSE.folder != other.folder
    strange = Condition("../" + "x" * 300, "", "")
    assert "/" not in strange.folder
    assert len(strange.folder) < 80


def test_a_score_is_the_mean_of_the_groups_and_failures_are_left_out():
    table = Asked("t", (NURSE,), ("1", "2", "3", "4"), ("a", "a", "a", "b"), ((1, 0, None, 1),))
    assert table.score(NURSE) == pytest.approx((0.5 + 1) / 2)
    assert table.hits(NURSE) == [True, False, False, True]
    assert math.isnan(macro_mean([None], ["a"]))
    with pytest.raises(InvalidOption, match="did not answer"):
        table.row(NOBODY)


def test_members_are_spread_over_groups_and_within_them():
    chosen = spread_over(people(), 24)
    assert Counter(group for group, _ in chosen) == dict.fromkeys(people(), 2)
    assert len(set(chosen)) == 24
    assert [name for _, name in spread_over({"a": ("1", "2", "3", "4")}, 2)] == ["1", "3"]
    assert len(spread_over(people(), 10_000)) == 162
