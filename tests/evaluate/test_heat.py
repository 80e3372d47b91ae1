"""The heat map is an SVG document that shows every cell."""

from __future__ import annotations

import math
from xml.etree import ElementTree

from personae.evaluate.heat import heat_svg

NAMESPACE = "{http://www.w3.org/2000/svg}"


def test_each_cell_has_its_number_and_a_colour_by_its_sign():
    values = {("a", "x"): 0.5, ("a", "y"): -0.5, ("b", "x"): 0.0, ("b", "y"): math.nan}
    root = ElementTree.fromstring(heat_svg(["a", "b"], ["x", "y"], values, title="T", note="n"))
    texts = [one.text for one in root.iter(f"{NAMESPACE}text")]
    assert {"+0.500", "-0.500", "+0.000", "–", "a", "b", "x", "y", "T", "n"} <= set(texts)
    fills = [one.get("fill") for one in root.iter(f"{NAMESPACE}rect")][1:]
    assert len(fills) == 4
    assert fills[2] == "#ffffff"
    assert len({*fills}) == 4


def test_names_of_strangers_are_escaped():
    root = ElementTree.fromstring(heat_svg(["<b>"], ["&"], {("<b>", "&"): 1.0}, title="<T>"))
    assert "<b>" in [one.text for one in root.iter(f"{NAMESPACE}text")]


def test_nothing_is_a_picture_of_nothing():
    assert ElementTree.fromstring(heat_svg([], [], {}, title="T")) is not None
