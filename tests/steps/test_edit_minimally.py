"""The step that edits a reply which was made."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene
from personae.draft import Candidate, Draft, Kit
from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel
from personae.steps.edit_minimally import edit_minimally


def draft_of(*texts: str, chosen: int | None = 0, statements=("I have no dogs.",)) -> Draft:
    scene = Scene(persona=Persona(name="Ana", statements=statements)).said("Bo", "Any pets?")
    return Draft(scene, candidates=tuple(map(Candidate, texts)), chosen=chosen)


@pytest.fixture
def kit(word_nli):
    return Kit(ScriptedModel(scorer=lambda request, text: -1.0), nli=word_nli)


def test_the_contradiction_is_repaired_and_shown(kit):
    draft = edit_minimally()(draft_of("Nice! I have three dogs."), kit)
    assert draft.reply == "Nice! I have no dogs."
    detail = draft.candidates[0].detail
    assert detail["edited_from"] == "Nice! I have three dogs."
    assert detail["edits"][0]["diff"] == "Nice! I have [-three-]{+no+} dogs."
    assert detail["edits"][0]["nli_before"]["label"] == "contradiction"
    assert draft.evidence[-1].text == "I have no dogs."


@pytest.mark.parametrize("reply", ["I like the sea.", "I have no dogs.", "Do you have dogs?"])
def test_a_reply_that_contradicts_nothing_leaves_as_it_came(kit, reply):
    before = draft_of(reply)
    assert edit_minimally()(before, kit) == before


def test_grounding_adds_what_was_not_said(kit):
    draft = edit_minimally(goal="ground", edits=1)(draft_of("What a fine long day it is!"), kit)
    assert draft.reply == "What a fine long day it is! I have no dogs."


def test_grounding_goes_through_the_first_statements(kit):
    statements = ("I have no dogs.", "I sing songs.", "I bake bread.")
    before = draft_of("What a day!", statements=statements)
    draft = edit_minimally(goal="ground", edits=2)(before, kit)
    assert [one["statement"] for one in draft.candidates[0].detail["edits"]] == [
        "I have no dogs.",
        "I sing songs.",
    ]


def test_only_the_chosen_candidate_is_edited(kit):
    texts = ("I have three dogs.", "I have four dogs.")
    draft = edit_minimally()(draft_of(*texts, chosen=1), kit)
    assert [one.text for one in draft.candidates] == ["I have three dogs.", "I have no dogs."]
    draft = edit_minimally()(draft_of(*texts, chosen=None), kit)
    assert [one.text for one in draft.candidates] == ["I have no dogs.", "I have no dogs."]


def test_who_listens_hears_the_edited_reply_anew(word_nli):
    heard = []
    kit = Kit(ScriptedModel(), nli=word_nli, emit=lambda one: heard.append((one.kind, one.text)))
    edit_minimally()(draft_of("I have three dogs."), kit)
    assert heard == [("restart", ""), ("text", "I have no dogs.")]


def test_it_needs_the_inference_model():
    with pytest.raises(CapabilityError, match="inference model"):
        edit_minimally()(draft_of("I sing."), Kit(ScriptedModel()))
