"""A forest plot as a document of its own."""

from __future__ import annotations

from xml.etree import ElementTree

from personae.evaluate.forest import Line, forest_svg, standalone


def test_a_plot_on_its_own_is_a_whole_document_with_every_line():
    lines = [Line("<b> & co", 1.5, 1.0, 2.0), Line("other", -0.5)]
    root = ElementTree.fromstring(standalone(forest_svg(lines, title='a "title"')))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = ["".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"<b> & co", "other", "1.5", "-0.5"} <= set(texts)
    assert root.get("viewBox", "").startswith("0 0 720")
