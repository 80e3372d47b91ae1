"""The axis of a forest plot has round numbers and covers what is drawn."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personae.evaluate.forest import Line, axis_ticks, forest_plot

numbers = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False).map(lambda x: round(x, 6))


@given(st.lists(numbers, min_size=1, max_size=6))
def test_the_axis_covers_all_values_in_few_even_steps(values):
    ticks = axis_ticks([Line(str(at), value) for at, value in enumerate(values)])
    room = (ticks[-1] - ticks[0]) * 1e-6
    assert ticks[0] - room <= min(values)
    assert max(values) <= ticks[-1] + room
    assert 2 <= len(ticks) <= 8
    steps = [after - before for before, after in pairwise(ticks)]
    assert max(steps) == pytest.approx(min(steps), rel=1e-6)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Line("a", 0.0167, 0.0, 0.0867), [0, 0.02, 0.04, 0.06, 0.08, 0.1]),
        (Line("a", 0.62, 0.52, 0.7), [0.5, 0.55, 0.6, 0.65, 0.7]),
        (Line("a", 17.0, 9.0, 19.0), [0, 5, 10, 15, 20]),
    ],
)
def test_ticks_are_round(line, expected):
    assert axis_ticks([line]) == pytest.approx(expected)


def test_labels_are_text_and_figures_have_their_intervals():
    made = forest_plot([Line("<b>", 0.5, 0.25, 0.75), Line("none", 0.5)], title='"x"')
    assert "&lt;b&gt;" in made
    assert "<b>" not in made
    assert "[0.25, 0.75]" in made
    assert made.count("<circle") == 2
