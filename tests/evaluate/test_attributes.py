"""Attributes of whole dialogues."""

from __future__ import annotations

import pytest

from personae.data import Dialogue, Turn
from personae.evaluate.attributes import COLUMNS, means_by_speaker, measure_attributes
from personae.text.specificity import specificity_of

TABLE = specificity_of({"i": 100, "like": 10, "dogs": 1})
DIALOGUE = Dialogue(
    id="one",
    turns=(
        Turn(speaker="A", text="i like dogs"),
        Turn(speaker="A", text="It rains.", kind="narration"),
        Turn(speaker="B", text="i like dogs too ?"),
        Turn(speaker="A", text="i like cats"),
    ),
)


def test_every_utterance_has_all_columns_but_the_first_no_relatedness(word_embedder):
    first, second, third = measure_attributes([DIALOGUE], TABLE, word_embedder)
    assert set(second.values) == set(third.values) == set(COLUMNS)
    assert set(first.values) == set(COLUMNS) - {"relatedness"}
    assert second.values["question"] == 1
    assert second.values["partnerrep_2gram"] == 2 / 4
    assert third.values["extrep_2gram"] == 1 / 2
    assert third.values["nidf"] == pytest.approx((0 + 0.5) / 2)
    said, heard = word_embedder.embed(["i like cats", "i like dogs too ?"])
    assert third.values["relatedness"] == pytest.approx(float(said @ heard))


def test_means_are_by_speaker_and_of_all(word_embedder):
    means = means_by_speaker(measure_attributes([DIALOGUE], TABLE, word_embedder))
    assert {name: row["turns"] for name, row in means.items()} == {"A": 2, "B": 1, "all": 3}
    assert means["A"]["extrep_2gram"] == 1 / 4
    assert means["all"]["question"] == 1 / 3


def test_who_answers_nothing_has_no_relatedness(word_embedder):
    alone = Dialogue(id="x", turns=(Turn(speaker="A", text="hi"),))
    means = means_by_speaker(measure_attributes([alone], TABLE, word_embedder))
    assert means == {"A": {"turns": 1, **dict.fromkeys(COLUMNS, 0.0), "nidf": 1.0,
                           "relatedness": None}}  # fmt: skip
    assert measure_attributes([], TABLE, word_embedder) == []
