"""Figures of grounded minimal editing, and what the baselines have on PersonaMinEdit."""

from __future__ import annotations

import json

import pytest

from personae.errors import FormatError
from personae.evaluate.minimal_editing import (
    BASELINES,
    Item,
    human,
    measured,
    multi_bleu,
    read_items,
    table,
)

ITEMS = [
    Item(
        ("Any pets?",),
        "well , i have three dogs at home .",
        ("i have no dogs .",),
        ("well , i have no dogs at home .", "i have no dogs at home .", "well , no dogs ."),
    ),
    Item(
        (),
        "i like the warm blue sea .",
        ("i bake bread .",),
        ("i like the warm blue sea . i bake bread .", "i bake bread .", "i bake bread at sea ."),
    ),
]


def test_the_figures_of_copying_and_of_appending(word_nli):
    rows = {
        name: measured(ITEMS, [edit(item) for item in ITEMS], word_nli)
        for name, edit in BASELINES.items()
    }
    copy, append = rows["copy"], rows["copy + append persona"]
    assert copy["edited tokens"].values == (0.0, 0.0)
    assert append["edited tokens"].values == (5.0, 4.0)
    assert copy["p-score"].values == (-50.0, 0.0)
    assert copy["contradicting clause"].total == 50.0
    assert append["contradicting clause"].total == 50.0
    assert copy["average"].total == (copy["bleu"].total - 25.0) / 2
    assert [cells[0] for cells in table(rows)] == list(BASELINES)


def test_a_human_writer_is_not_compared_with_itself(word_nli):
    [first, _] = human(ITEMS, word_nli)["bleu"].values
    assert first < 100.0


def test_bleu_takes_the_best_of_the_references():
    same = multi_bleu(["a b c d e"], [["x y z", "a b c d e"]])
    assert same.total == pytest.approx(100.0)
    assert multi_bleu(["a b c d"], [["w x y z"]]).total == 0.0


def test_the_baselines_have_the_bleu_that_was_counted_for_the_design(dataset_dir):
    file = dataset_dir("gme-personachat") / "data/personachat-ucpt/test.json"
    items = read_items(file)
    accepted = [item.references for item in items]
    found = {
        name: multi_bleu([edit(item) for item in items], accepted).total
        for name, edit in BASELINES.items()
    }
    assert len(items) == 1384
    assert {name: round(value, 1) for name, value in found.items()} == {
        "copy": 76.5,
        "copy + append persona": 78.6,
        "persona only": 43.4,
    }
    writer = multi_bleu([refs[0] for refs in accepted], [refs[1:] for refs in accepted])
    assert round(writer.total, 1) == 74.0


@pytest.mark.parametrize("text", ["", "{", "[1]", json.dumps([{"context": []}])])
def test_another_file_is_refused(tmp_path, text):
    file = tmp_path / "test.json"
    file.write_text(text)
    with pytest.raises(FormatError, match="PersonaMinEdit"):
        read_items(file)
