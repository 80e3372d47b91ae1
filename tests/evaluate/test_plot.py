"""The SVG plot: well-formed, on scale, and safe with odd names."""

from __future__ import annotations

import math
from xml.etree import ElementTree

import pytest

from personae.evaluate.plot import HEIGHT, WIDTH, Point, plot_svg

SVG = "{http://www.w3.org/2000/svg}"


def circles(text: str) -> list[tuple[float, float]]:
    found = ElementTree.fromstring(text).iter(f"{SVG}circle")
    return [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in found]


def plotted(*points: Point) -> str:
    return plot_svg(points, title="T", x_label="x", y_label="y")


def test_points_stand_in_proportion_to_their_values():
    (left, low), (right, high) = circles(plotted(Point("a", 1, 0.1), Point("b", 2, 0.2)))
    (zero, floor), _ = circles(plotted(Point("a", 0, 0.0), Point("b", 2, 0.2)))
    assert (right - zero) == pytest.approx(2 * (left - zero), abs=0.2)
    assert (floor - high) == pytest.approx(2 * (floor - low), abs=0.2)


def test_labels_are_text_and_intervals_are_lines():
    text = plotted(Point("<b>&", 1, 0.1, 0.05, 0.15))
    labels = [one.text for one in ElementTree.fromstring(text).iter(f"{SVG}text")]
    assert "<b>&" in labels
    assert text.count('stroke-width="2"') == 1


@pytest.mark.parametrize("value", [0.0, 1e-9, 0.37, 12345.0])
def test_everything_stays_on_the_page(value):
    for x, y in circles(plotted(Point("a", value, value), Point("b", value / 3, 0))):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT
        assert math.isfinite(x + y)


def test_no_points_are_an_empty_plot():
    assert circles(plotted()) == []
