"""Every z of a persona, and the prior over them."""

from __future__ import annotations

import numpy as np
import pytest

from personae.commonsense.building import Judges
from personae.commonsense.expanding import Expansion, expansions, sources_named, untrained
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel

SAILS = "I sail boats often."


@pytest.fixture
def judges(boats, word_embedder, word_nli, word_worth):
    lm = ScriptedModel(["sail boats often."])
    return Judges(lm, word_embedder, word_nli, word_worth, boats)


def test_statements_come_first_then_none_then_what_follows(judges):
    found = expansions([SAILS, "I like tea.", SAILS], judges, ("rules", "graph"))
    assert [one.kind for one in found[:3]] == ["persona", "persona", "none"]
    made = {(one.text, one.kind, one.parent, one.source) for one in found[3:]}
    assert ("I am fond of tea.", "characteristic", "I like tea.", "rules") in made
    assert ("I want to own boats.", "goal_plan", SAILS, "graph") in made
    assert not any("sank" in one.text for one in found)  # contradicts
    assert len({one.text for one in found}) == len(found)


def test_the_language_model_expands_where_it_is_asked(judges):
    assert not any(one.source == "lm" for one in expansions([SAILS], judges, ("rules",)))
    found = expansions([SAILS], judges, ("lm",))
    assert ("I want to sail boats often.", "goal_plan") in {
        (one.text, one.kind) for one in found if one.source == "lm"
    }


def test_the_prior_is_a_distribution_that_follows_the_message(judges, word_embedder):
    found = expansions([SAILS, "I like tea."], judges, ("rules", "graph"))
    prior = untrained(word_embedder)
    p = prior.probabilities("Do you like tea?", found)
    assert p.sum() == pytest.approx(1)
    assert "tea" in found[int(p.argmax())].text
    assert found[int(prior.probabilities("Quoi?", found).argmax())].kind == "none"
    assert prior.probabilities("x", []).shape == (0,)


def test_a_z_nearer_than_none_is_likelier(word_embedder):
    found = [Expansion("sail", "persona", "", "persona"), Expansion("", "none", "", "none")]
    near, none = untrained(word_embedder).probabilities("sail", found)
    assert near > none
    assert np.isclose(near + none, 1)


def test_expanders_are_named_by_a_list():
    assert sources_named("graph, rules") == ("rules", "graph")
    assert sources_named("") == ()
    with pytest.raises(InvalidOption, match="no expander 'comet'"):
        sources_named("comet")
