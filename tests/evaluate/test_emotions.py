"""Tests of personae.evaluate.emotions: hand-made labels, and real ones."""

from __future__ import annotations

import pytest

from personae.data import Dialogue, Turn
from personae.errors import FormatError
from personae.evaluate.emotions import diversity, feelings
from personae.formats.reading import read_dialogues


def dialogue(*turns: tuple[str, str | None, str], session: int = 1) -> Dialogue:
    made = tuple(
        Turn(speaker=name, text=text, labels={"session": session, "emotion": emotion})
        for name, emotion, text in turns
    )
    return Dialogue(id="d", turns=made)


TALK = dialogue(
    ("A", "joy", "Hello?"), ("B", "joy", "Hi."), ("A", "joy", "Yes."), ("B", "fear", "No?"),
    ("B", "joy", "Well."), ("A", "fear", "Why?"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "bits"), [(["a"], 0), (["a", "b"], 1), (["a", "b", "c", "d"], 2), (["a"] * 9, 0)]
)
def test_diversity_is_the_entropy_in_bits(labels, bits):
    assert diversity(labels) == bits


def test_figures_of_each_speaker():
    found = feelings([TALK])
    a, b = found["A"], found["B"]
    assert (a.turns, a.stability, a.alignment, a.grounding) == (3, 0.5, 0.5, 2 / 3)
    assert a.diversity == pytest.approx(0.9183, abs=1e-4)
    # B's own turns: joy, fear, joy; after A: joy after joy, fear after joy.
    assert (b.turns, b.stability, b.alignment, b.grounding) == (3, 0.0, 0.5, 1 / 3)


def test_sessions_and_dialogues_are_not_joined():
    one = dialogue(("A", "joy", "Hi."), ("B", "joy", "Hi."))
    other = dialogue(("A", "fear", "Oh."), session=2)
    joined = Dialogue(id="d", turns=(*one.turns, *other.turns))
    assert feelings([joined])["A"].stability is None
    assert feelings([one, other])["A"].alignment is None


def test_turns_without_the_label_are_left_out_and_none_at_all_is_refused():
    assert feelings([dialogue(("A", "joy", "Hi."), ("A", None, "Hm."))])["A"].turns == 1
    with pytest.raises(FormatError, match="'mood'"):
        feelings([TALK], "mood")


def test_real_labels_are_counted(dataset_dir):
    found = feelings(read_dialogues(dataset_dir("dailydialog") / "test_original.json"))
    assert set(found) == {"A", "B"}
    # People of DailyDialog keep their emotion from turn to turn far more often than not.
    assert found["A"].stability > 0.7
    assert 0 < found["A"].diversity < 2.81
