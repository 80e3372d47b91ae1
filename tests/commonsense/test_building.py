"""Building a graph: two of three votes, kept head by head, and no head asked about twice."""

from __future__ import annotations

import pytest

from personae.commonsense.building import Judges, build_graph, expanded, read_heads, voted
from personae.commonsense.files import read_graph
from personae.errors import FormatError, InvalidOption
from personae.lm.scripted import ScriptedModel


@pytest.fixture
def judges(boats, word_embedder, word_nli, word_worth):
    def make(*texts: str) -> Judges:
        lm = ScriptedModel(list(texts) or None)
        return Judges(lm, word_embedder, word_nli, word_worth, boats)

    return make


def test_two_of_three_votes_keep_a_fact(judges):
    tails = ["row boats", "rest", "rest", "sink", "lose no boats"]
    found = {one.fact.tail: one for one in voted("I row boats", "goal_plan", tails, judges())}
    votes = {tail: (one.fits, one.consistent, one.repeated) for tail, one in found.items()}
    assert votes["row boats"] == (True, True, False)
    assert votes["rest"] == (False, True, True)
    assert votes["sink"] == (False, True, False)
    assert [tail for tail, one in found.items() if one.is_kept][:1] == ["row boats"]
    assert not found["sink"].is_kept
    assert not votes["lose no boats"][1]
    assert voted("I row boats", "goal_plan", [], judges()) == []


def test_at_most_k_of_a_relation_are_kept(judges):
    texts = ["row boats.", "row with boats.", "boats."]
    asked = ("goal_plan",)
    facts = expanded("I row boats", asked, judges(*texts), samples=3, k=2, seed=0)
    assert len(facts) == 2
    assert {fact.head for fact in facts} == {"I row boats"}


def test_a_build_goes_on_where_it_stopped(judges, tmp_path):
    out, seen = tmp_path / "own.db", []
    first = judges("row boats.", "row boats.")
    asked = {"relations": ("goal_plan",), "samples": 2}
    assert build_graph(["I row boats"], out, first, **asked) == 1
    second = judges("fly planes.", "fly planes.")
    count = build_graph(
        ["I row boats", "I fly planes"], out, second,
        show=lambda done, of, head: seen.append((done, of, head)), **asked,
    )  # fmt: skip
    assert count == 2
    assert len(second.lm.requests) == 2  # none for the head that was done
    assert seen == [(1, 2, "I row boats"), (2, 2, "I fly planes")]
    assert read_graph(out).heads == ("I row boats", "I fly planes")


def test_only_a_database_can_be_built(judges, tmp_path):
    with pytest.raises(InvalidOption, match="no database"):
        build_graph(["I row"], tmp_path / "own.tsv", judges())


def test_heads_are_read_one_a_line(tmp_path):
    file = tmp_path / "roles.txt"
    file.write_text("# roles\nI row boats.\n\nI sing\nI sing\n", encoding="utf-8")
    assert read_heads(file) == ["I row boats", "I sing"]
    file.write_text("I row\n" + "x" * 300, encoding="utf-8")
    with pytest.raises(FormatError, match="line 2: The head has 300"):
        read_heads(file)
    file.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(FormatError, match="names no heads"):
        read_heads(file)
