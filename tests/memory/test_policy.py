"""How a new memory stands to old ones."""

import numpy as np
import pytest

from personae.data import Memory
from personae.memory.policy import relations


class TableNli:
    """Says what it is told of each pair, else neutral."""

    name = fingerprint = "table"
    thresholds = {0.02: 0.9, 0.05: 0.8, 0.1: 0.5}  # noqa: RUF012

    def __init__(self, table):
        self.table = table

    def classify(self, pairs):
        rows = [self.table.get(pair, (0.1, 0.8, 0.1)) for pair in pairs]
        return np.array(rows, np.float32).reshape(-1, 3)


YES, NO = (0.95, 0.03, 0.02), (0.01, 0.02, 0.97)


@pytest.mark.parametrize(
    ("there", "back", "expected"),
    [
        (YES, YES, "same"), (YES, None, "more"), (None, YES, "less"), (NO, NO, "contradicts"),
        (NO, None, "unrelated"), (None, None, "unrelated"), (YES, NO, "more"),
    ],
)  # fmt: skip
def test_both_directions_decide(there, back, expected):
    table = {("new", "old"): there, ("old", "new"): back}
    nli = TableNli({pair: row for pair, row in table.items() if row})
    (found,) = relations(nli, "new", [Memory(text="old")])
    assert found.relation == expected


def test_the_same_words_are_the_same_whatever_the_model_says():
    nli = TableNli({("I am 7!", "i am 7"): NO, ("i am 7", "I am 7!"): NO})
    assert relations(nli, "I am 7!", [Memory(text="i am 7")])[0].relation == "same"
    assert relations(None, "I am 7!", [Memory(text="i am 7"), Memory(text="x")])[1].relation == (
        "unrelated"
    )
    assert relations(nli, "a", []) == []


def test_the_lenient_rule_takes_the_likeliest_label():
    likely = (0.1, 0.4, 0.5)
    nli = TableNli({("new", "old"): likely, ("old", "new"): likely})
    old = [Memory(text="old")]
    assert relations(nli, "new", old)[0].relation == "unrelated"
    assert relations(nli, "new", old, clashes="lenient")[0].relation == "contradicts"
    one_way = TableNli({("new", "old"): likely})
    assert relations(one_way, "new", old, clashes="lenient")[0].relation == "unrelated"


class Taking:
    """Says that the text takes the place of the texts that it is told of."""

    def __init__(self, *gone):
        self.gone = gone

    def takes_place(self, text, before, there, back, clashes):
        assert len(there) == len(back) == len(before)
        return [one in self.gone for one in before]


def test_the_head_of_updates_decides_where_there_is_one():
    nli = TableNli({("new", "a"): NO, ("a", "new"): NO, ("new", "c"): YES, ("c", "new"): YES})
    old = [Memory(text=text) for text in "abc"]
    found = relations(nli, "new", old, updates=Taking("b", "c"))
    assert [one.relation for one in found] == ["unrelated", "contradicts", "same"]
