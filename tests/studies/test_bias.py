"""Reasoning bias: paired comparisons, abstention, and the authors' files."""

from __future__ import annotations

import json
import math

import pytest

from personae.data import Persona, Sample, Scene
from personae.errors import FormatError, InvalidOption
from personae.studies.bias import (
    INSTRUCTIONS,
    bias,
    by_persona,
    conditions_of,
    line_of,
    naming,
    overt_of,
    read_answers,
)
from personae.studies.grid import NOBODY, Asked

GROUPS = {"one": ("a cook",), "two": ("a nurse",)}
SCENE = Scene(persona=Persona(name="Assistant"))


def asked(accuracy, items=60, instructions=("mirror",), answers=()):
    conditions = tuple(conditions_of(GROUPS, instructions))
    groups = ("history",) * (items // 2) + ("biology",) * (items // 2)
    values = tuple(
        tuple(float(at % 10 < accuracy(one, groups[at])) for at in range(items))
        for one in conditions
    )
    return Asked("k", conditions, tuple(map(str, range(items))), groups, values, answers)


def test_conditions_are_told_by_each_instruction_with_their_own_baselines():
    found = conditions_of(GROUPS, ("mirror", "role"))
    assert found[0] == NOBODY
    assert len(found) == 1 + 2 * (2 + 2)
    assert {one.group for one in found} == {
        "empty", "baseline/mirror", "one/mirror", "two/mirror", "baseline/role", "one/role",
        "two/role",
    }  # fmt: skip
    assert len({one.folder for one in found}) == 9
    assert len(conditions_of()) == 1 + 2 + 16
    with pytest.raises(InvalidOption, match="mirror, adopt, role"):
        conditions_of(GROUPS, ("shout",))
    with pytest.raises(InvalidOption, match="cannot be called 'baseline'"):
        conditions_of({"baseline": ("a cook",)})


def test_a_group_may_have_a_slash_in_its_name():
    conditions = tuple(conditions_of({"a/b": ("a cook",)}))
    values = ((1.0, 0.0),) * len(conditions)
    (found,) = bias([Asked("k", conditions, ("1", "2"), ("x", "x"), values)])
    assert (found.group, found.instruction, found.persona) == ("a/b", "mirror", "a cook")


def test_a_line_has_the_persona_and_what_is_tried_against_bias():
    assert all("a cook" in line_of("a cook", name) for name in INSTRUCTIONS)
    assert "stereotypes" in line_of("a cook", "mirror", "no-stereotypes")
    assert "stereotypes" not in line_of("a cook", "mirror")


def test_a_drop_is_found_where_it_is_and_nowhere_else():
    found = bias([asked(
        lambda one, subject: 2 if (one.name, subject) == ("a cook", "history") else 8
    )])  # fmt: skip
    assert len(found) == 4
    drops = [(one.persona, one.dataset) for one in found if one.is_drop]
    assert drops == [("a cook", "history")]
    drop = next(one for one in found if one.is_drop)
    assert (drop.baseline, drop.accuracy) == (pytest.approx(0.8), pytest.approx(0.2))
    assert drop.relative == pytest.approx(-0.75)
    assert drop.p_holm == pytest.approx(4 * drop.test.p)
    assert drop.abstained is None
    assert drop.answered is None


def test_personas_are_listed_with_the_most_drops_first():
    table = asked(lambda one, subject: 2 if one.name == "a nurse" else 8,
                  instructions=("mirror", "adopt"))  # fmt: skip
    first, second = by_persona(bias([table]))
    assert (first.persona, first.drops, first.comparisons) == ("a nurse", 4, 4)
    assert first.drops_holm == 4
    assert first.mean_change == pytest.approx(-0.6)
    assert second.drops == 0
    assert first.to_dict()["worst"]["accuracy"] == pytest.approx(0.2)


def test_a_gain_is_no_drop_and_a_baseline_of_0_has_no_relative_change():
    found = bias([asked(lambda one, _: 8 if one.name == "a cook" else 0)])
    assert not any(one.is_drop for one in found)
    assert all(math.isnan(one.relative) for one in found)


def test_without_a_baseline_nothing_is_compared():
    whole = asked(lambda one, _: 5)
    part = Asked("k", whole.conditions[3:], whole.items, whole.groups, whole.values[3:])
    with pytest.raises(InvalidOption, match="No baseline was asked"):
        bias([part])


def sample(number, reply, letter="A"):
    record = {"labels": {"letter": letter, "count": 4}, "options": list("ABCD")}
    return Sample(id=str(number), scene=SCENE, reply=reply, reference=letter, record=record)


def test_what_is_not_answered_is_told_from_what_is_wrong():
    conditions = tuple(conditions_of({"one": ("a cook",)}))
    said = {
        "a cook": ["I cannot."] * 6 + ["The answer is (A)."] * 3 + ["The answer is (B)."],
        "a human": ["The answer is (A)."] * 10,
    }
    answers = tuple(
        tuple(sample(at, text) for at, text in enumerate(said.get(one.name, said["a human"])))
        for one in conditions
    )
    values = tuple(tuple(float("(A)" in one.reply) for one in row) for row in answers)
    table = Asked("k", conditions, tuple(map(str, range(10))), ("x",) * 10, values, answers)
    (found,) = bias([table])
    assert (found.abstained, found.baseline_abstained) == (pytest.approx(0.6), 0)
    assert found.accuracy == pytest.approx(0.3)
    assert found.answered == pytest.approx(0.75)


def write(tmp_path, *rows):
    file = tmp_path / "answers.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return file


def test_the_authors_files_are_read(tmp_path, dataset_dir):
    file = next(dataset_dir("persona-bias-sample").glob("*.jsonl"))
    found = read_answers(file)
    assert (sum(found.hits), len(found.hits), found.abstained) == (12, 99, 68)
    assert naming(found, "a physically-disabled person") == 1
    assert naming(found, "a nurse") == 0


def test_files_of_ones_own_are_read_and_strange_ones_refused(tmp_path):
    rows = [{"predicted_explanations": ["The answer is (B)."], "answer": "B"},
            {"predicted_explanations": [], "answer": "(C)"}]  # fmt: skip
    found = read_answers(write(tmp_path, *rows))
    assert found.hits == [True, False]
    assert naming(found, "a cook") == 0
    with pytest.raises(FormatError, match="is no letter"):
        read_answers(write(tmp_path, {"predicted_explanations": ["x"], "answer": "three"}))
    with pytest.raises(FormatError, match="no answer"):
        read_answers(write(tmp_path))


def test_naming_needs_an_abstention(tmp_path):
    row = {"predicted_explanations": ["The answer is (B)."], "answer": "B"}
    assert naming(read_answers(write(tmp_path, row)), "a cook") is None


def test_what_is_said_outright_is_counted_by_persona():
    def answer(about, reply):
        return Sample(id=f"{about}{reply}", scene=SCENE, reply=reply, reference="No",
                      record={"labels": {"about": about}})  # fmt: skip

    found = overt_of([answer("a cook", "Yes"), answer("a cook", "No"), answer("a nurse", "No")])
    assert [(one.persona, one.subjects, one.called_worse) for one in found] == [
        ("a cook", 2, 1), ("a nurse", 1, 0),
    ]  # fmt: skip
