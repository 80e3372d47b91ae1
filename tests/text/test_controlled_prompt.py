"""Attributes that are asked for, as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.errors import InvalidOption
from personae.text.controlled_prompt import CONTROLS, checked_controls, gauge, with_controls

any_controls = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, count - 1) for name, count in CONTROLS.items()}
)


def test_controls_stand_after_the_turn_in_one_order():
    asked = with_controls("Hi!", {"relatedness": 2, "question": 10})
    assert asked == "Hi! Question: ?????????? Relatedness: ++......."
    assert with_controls("Hi!", {}) == "Hi!"


@pytest.mark.parametrize("name", CONTROLS)
def test_a_gauge_is_as_long_for_each_bucket(name):
    gauges = [gauge(name, at) for at in range(CONTROLS[name])]
    assert {len(one) for one in gauges} == {CONTROLS[name] - 1}
    assert gauges[0] == "." * len(gauges[-1])
    assert "." not in gauges[-1]


@given(any_controls, any_controls)
def test_different_controls_are_written_differently(one, other):
    assert (with_controls("", one) == with_controls("", other)) == (one == other)


def test_a_control_that_there_is_not_is_named():
    with pytest.raises(InvalidOption, match="no control 'rarity'; the controls are question"):
        checked_controls({"rarity": 1})


@pytest.mark.parametrize("bucket", [-1, 11])
def test_a_bucket_outside_is_refused(bucket):
    with pytest.raises(InvalidOption, match=f"question={bucket} is no bucket: .* from 0 to 10"):
        checked_controls({"question": bucket})
