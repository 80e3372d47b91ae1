"""Inversions and τ of published tables and of made-up ones."""

from __future__ import annotations

import math

import pytest

from personae.errors import FormatError
from personae.evaluate.task_dialogue.inversions import Entry, compared, read_tables


def pairs(slot):
    return {(one.better.module, one.worse.module) for one in slot.inversions}


def test_the_published_tables_have_the_inversions_that_the_design_names():
    found = {one.slot: one for one in read_tables()["first"]}
    assert pairs(found["nlu"]) == {("BERTNLU", "MILU")}
    assert pairs(found["dst"]) == {("TRADE", "SUMBT")}
    assert pairs(found["nlg"]) == {("SCLSTM", "Template")}
    assert pairs(found["policy"]) == set()
    assert (found["nlu"].tau, found["policy"].tau) == (-1.0, 1.0)


def test_the_later_tables_have_one_fewer():
    found = {one.slot: pairs(one) for one in read_tables()["later"]}
    assert found == {
        "nlu": set(), "dst": {("TRADE", "SUMBT")}, "policy": set(), "nlg": {("SCLSTM", "Template")},
    }  # fmt: skip


def test_equals_are_no_inversion():
    slot = compared("nlu", "F1", [Entry("a", 1, 2), Entry("b", 1, 1), Entry("c", 2, 2)])
    assert pairs(slot) == set()
    assert math.isnan(compared("nlu", "F1", [Entry("a", 1, 2), Entry("b", 2, 2)]).tau)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("t: {nlu: {systems: {a: [1]}}}", "'a' needs two numbers"),
        ("t: {nlu: {systems: {a: [1, x], b: [1, 2]}}}", "'a' needs two numbers"),
        (f"t: {{nlu: {{systems: {{a: [1, 1{'0' * 400}], b: [1, 2]}}}}}}", "'a' needs two numbers"),
        ("t: {nlu: {systems: {a: [1, 2]}}}", "fewer than two modules"),
        ("t: [1]", "table 't' is a list"),
        ("{", "This is not YAML"),
    ],
)
def test_bad_tables_are_refused(tmp_path, text, message):
    file = tmp_path / "t.yaml"
    file.write_text(text)
    with pytest.raises(FormatError, match=message):
        read_tables(file)


def test_aliases_are_refused_before_they_multiply(tmp_path):
    rows = [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 12)]
    file = tmp_path / "bomb.yaml"
    file.write_text("\n".join(["a0: &a0 [x]", *rows]))
    with pytest.raises(FormatError, match="aliases"):
        read_tables(file)
