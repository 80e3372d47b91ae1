"""link-facts: facts of linked heads that bear on the turn and contradict nothing."""

from __future__ import annotations

import pytest

from personae.commonsense import worth
from personae.draft import Draft, Kit
from personae.errors import CapabilityError, FormatError
from personae.lm.scripted import ScriptedModel
from personae.steps.link_facts import link_facts

GRAPH = """\
I often sail boats\tgoal_plan\town boats with cabins
I often sail boats\troutine_habit\tpaint boats in spring
I often sail boats\texperience\tsank, no boats left
I bake bread\tgoal_plan\tsell bread to boats
"""
SAILS = "I sail boats often."


class Worth:
    fingerprint = "half"

    def fits(self, triples):
        import numpy

        return numpy.array([0.9 if "cabins" in tail else 0.6 for _, _, tail in triples])


@pytest.fixture
def told(tmp_path, monkeypatch, word_embedder, word_nli):
    file = tmp_path / "graph.tsv"
    file.write_text(GRAPH, encoding="utf-8")
    monkeypatch.setattr(worth, "open_fact_worth", lambda embedder: Worth())

    def run(scene, **options) -> Draft:
        kit = Kit(ScriptedModel(), embedder=word_embedder, nli=word_nli)
        return link_facts(**{"graph": str(file), **options})(Draft(scene), kit)

    return run


def test_the_nearest_facts_are_told_for_this_reply(told, dialogue_scene):
    scene = dialogue_scene("Do you paint boats?", statements=(SAILS,))
    draft = told(scene, k=1)
    assert draft.scene.persona.statements == (SAILS, "I paint boats in spring.")
    assert scene.persona.statements == (SAILS,)
    [found] = draft.evidence
    assert (found.source, found.detail["statement"]) == ("graph", SAILS)
    assert found.detail["head"] == "I often sail boats"
    assert draft.notes["linked"] == ["I paint boats in spring."]


def test_other_heads_and_contradictions_are_never_told(told, dialogue_scene):
    scene = dialogue_scene("boats bread sank left?", statements=(SAILS,))
    linked = told(scene, k=9, relevant=0.0).notes["linked"]
    assert sorted(linked) == ["I paint boats in spring.", "I want to own boats with cabins."]


def test_what_the_persona_said_last_counts_too(told, dialogue_scene):
    scene = dialogue_scene("And?", "I do not paint.", "Do you paint boats?", statements=(SAILS,))
    assert told(scene, relevant=0.0).notes["linked"] == ["I want to own boats with cabins."]


def test_what_fits_badly_or_does_not_bear_on_the_turn_is_left_out(told, dialogue_scene):
    scene = dialogue_scene("Do you paint boats?", statements=(SAILS,))
    assert told(scene, fits=0.8, relevant=0.0).notes["linked"] == [
        "I want to own boats with cabins."
    ]
    assert told(scene, relevant=0.99).notes["linked"] == []
    assert told(dialogue_scene("Hm?", statements=("I like tea.",))).notes["linked"] == []


def test_nothing_happens_before_somebody_spoke(told, dialogue_scene):
    assert told(dialogue_scene(statements=(SAILS,))).notes == {}
    assert told(dialogue_scene("Hello boats")).notes == {}


def test_a_bad_graph_and_a_lacking_model_are_named(tmp_path, dialogue_scene):
    file = tmp_path / "bad.tsv"
    file.write_text("I sail\n", encoding="utf-8")
    with pytest.raises(FormatError, match="1 columns"):
        link_facts(graph=str(file))
    with pytest.raises(CapabilityError, match="open_embedder"):
        link_facts()(Draft(dialogue_scene("Hi", statements=("x.",))), Kit(ScriptedModel()))
