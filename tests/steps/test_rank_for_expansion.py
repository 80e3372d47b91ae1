"""rank-for-expansion: the reply nearest to the z has the highest score."""

from __future__ import annotations

import pytest

from personae.draft import Candidate, Draft, Kit
from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel
from personae.steps.choose import choose
from personae.steps.rank_for_expansion import rank_for_expansion

REPLIES = (Candidate("I like tea."), Candidate("I play drums."), Candidate("Well."))


def draft_of(scene, z: str) -> Draft:
    return Draft(scene, candidates=REPLIES).noting(z=z)


def test_the_nearest_reply_is_chosen(dialogue_scene, word_embedder):
    kit = Kit(ScriptedModel(), embedder=word_embedder)
    ranked = rank_for_expansion()(draft_of(dialogue_scene("Hi"), "I play the drums."), kit)
    assert choose(by="z")(ranked, kit).reply == "I play drums."
    assert ranked.candidates[1].scores["z"] > ranked.candidates[0].scores["z"]


def test_without_a_z_nothing_is_scored(dialogue_scene):
    kit = Kit(ScriptedModel())
    draft = draft_of(dialogue_scene("Hi"), "")
    assert rank_for_expansion()(draft, kit) == draft
    with pytest.raises(CapabilityError, match="embedder"):
        rank_for_expansion()(draft_of(dialogue_scene("Hi"), "x"), kit)
