"""A ranking as a picture that any viewer can open."""

from __future__ import annotations

from xml.etree import ElementTree

from personae.evaluate.bootstrap import Interval
from personae.evaluate.rankings.picture import ranking_svg
from personae.evaluate.rankings.ranked import Ranking, Standing

SVG = "{http://www.w3.org/2000/svg}"


def test_the_document_has_every_system_and_a_colour_for_each_cluster():
    ranking = Ranking("bt", (
        Standing("<b> & co", 1.5, 0.1, Interval(1.0, 2.0), 1), Standing("c", 1.2, 0.1, None, 1),
        Standing("other", -0.5, 0.1, Interval(-1.0, 0.0), 2),
    ))  # fmt: skip
    root = ElementTree.fromstring(ranking_svg(ranking))
    texts = {"".join(one.itertext()) for one in root.iter(f"{SVG}text")}
    assert {"<b> & co", "c", "other", "1.500", "-0.500"} <= texts
    colours = [one.get("fill") for one in root.iter(f"{SVG}circle")]
    assert colours[0] == colours[1] != colours[2]


def test_one_value_alone_is_drawn_too():
    ranking = Ranking("bt", (Standing("a", 0.0, 0.0, None, 1), Standing("b", 0.0, 0.0, None, 1)))
    assert ranking_svg(ranking).count("<circle") == 2
