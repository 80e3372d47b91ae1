"""Which settings the second phase of a training on a lent GPU takes."""

import importlib
import sys
from pathlib import Path

import pytest

LENT = Path(__file__).parents[2] / "training" / "nli" / "lent"


@pytest.fixture(scope="module")
def second():
    sys.path.insert(0, str(LENT))
    try:
        return importlib.import_module("choose").second
    finally:
        sys.path.remove(str(LENT))


def options(kinds: str, rate: str) -> dict[str, str]:
    return {"kinds": kinds, "rate": rate, "limit": "0", "epochs": "3", "batch": "128"}


def test_both_halves_take_the_setting_with_the_highest_score(second):
    results = [
        {"score": 2.1, "options": options("01", "0.0003")},
        {"score": 2.3, "options": options("0123", "0.00012")},
    ]
    lines = second(results)
    assert [line.split()[0] for line in lines] == ["a-21", "b-31", "a-22", "b-32"]
    assert all("--kinds 0123 --rate 0.00012" in line for line in lines)


def test_each_half_has_one_head_so_that_its_runs_can_be_averaged(second):
    heads = {tuple(line.split()[1:5]) for line in second([])}
    assert heads == {("--half", "a", "--seed", "1"), ("--half", "b", "--seed", "2")}


def test_every_run_of_the_list_is_one_of_half_a():
    lines = (LENT / "runs.txt").read_text("utf-8").splitlines()
    names = [line.split()[0] for line in lines]
    assert all(name.startswith("a-") for name in names)
    assert len(set(names)) == len(names)
