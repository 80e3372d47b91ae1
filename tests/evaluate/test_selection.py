"""Response selection: how turns are drawn, and what counts as right."""

from __future__ import annotations

import json

import numpy as np
import pytest

from personae.evaluate.selection import Choice, exchanged, hits, read_choices


@pytest.fixture
def file(tmp_path):
    rows = [
        {"persona": [f"i am {at} ."], "dialogue": [[f"hi {at}", f"hello {at}"],
                                                   [f"and {at} ?", f"well {at}"]]}
        for at in range(30)
    ]  # fmt: skip
    path = tmp_path / "En_persona_test.json"
    path.write_text(json.dumps(rows))
    return path


def test_a_choice_has_the_last_turns_and_the_gold_reply_first(file):
    choices = read_choices(file, 40, 0)
    assert len(choices) == 40
    for one in choices:
        assert len(one.replies) == len(set(one.replies)) == 20
        number = one.replies[0].split()[1]
        assert one.persona == (f"i am {number} .",)
        before = (f"hi {number}", f"hello {number}", f"and {number} ?")
        assert one.turns == (before if "well" in one.replies[0] else before[:1])
    assert choices == read_choices(file, 40, 0) != read_choices(file, 40, 1)


def test_only_the_given_dialogues_count(file):
    assert {one.persona[0] for one in read_choices(file, 99, 0, slice(15))} == {
        f"i am {at} ." for at in range(15)
    }


def test_personas_are_exchanged_and_nothing_else():
    choices = [Choice((f"t{at}",), ("a", "b"), (f"p{at}",)) for at in range(10)]
    found = exchanged(choices)
    assert [one.turns for one in found] == [one.turns for one in choices]
    assert all(a.persona != b.persona for a, b in zip(found, choices, strict=True))


def test_a_tie_is_a_miss():
    assert hits([np.array([1.0, 0.5]), np.array([1.0, 1.0]), np.array([0.0, 0.5])]) == [
        True, False, False,
    ]  # fmt: skip
