"""What a reply is to be made from."""

from __future__ import annotations

import pytest

from personae.data import Passage, Persona, Scene
from personae.draft import Draft, Kit
from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel
from personae.steps.select_grounding import select_grounding

KNOWN = ("The lamp burns oil.", "A boat leaves at nine.", "Puffins breed here in May.")


def scene(text="When leaves a boat?", knowledge=KNOWN):
    guide = Persona(name="Ewan", knowledge=tuple(Passage(text=one) for one in knowledge))
    user = Persona(name="Mia", statements=("I get seasick.", "I bake."))
    return Scene(persona=guide, user="Mia", user_persona=user).said("Mia", text)


@pytest.mark.parametrize("selector", ["cosine", "tfidf"])
def test_the_paragraph_and_further_documents_are_shown_and_noted(word_embedder, selector):
    kit = Kit(lm=ScriptedModel(["Yes."]), embedder=word_embedder)
    draft = select_grounding(selector=selector, documents=1)(Draft(scene()), kit)
    assert draft.notes["grounding"]["knowledge"] == KNOWN[1]
    assert draft.parts[-1].role == "volatile"
    assert KNOWN[1] in draft.parts[-1].text
    assert [one.source for one in draft.evidence] == ["knowledge", "document"]
    assert KNOWN[1] in draft.notes["grounding"]["query"]


def test_info_chooses_by_the_shipped_model(word_embedder):
    kit = Kit(lm=ScriptedModel(["Yes."]), embedder=word_embedder)
    draft = select_grounding(documents=0)(Draft(scene()), kit)
    assert draft.notes["grounding"]["knowledge"] == KNOWN[1]
    assert draft.notes["grounding"]["documents"] == []


def test_only_the_nearest_go_to_the_selector(word_embedder):
    many = [f"Fact {n} of the {n}th tower." for n in range(30)]
    kit = Kit(lm=ScriptedModel(["Yes."]), embedder=word_embedder)
    draft = select_grounding(candidates=3, selector="tfidf")(
        Draft(scene("the boat leaves when", (*many, KNOWN[1]))), kit
    )
    assert draft.notes["grounding"]["knowledge"] == KNOWN[1]


def test_without_knowledge_or_question_nothing_happens(word_embedder):
    kit = Kit(lm=ScriptedModel(["Yes."]), embedder=word_embedder)
    for one in (scene(knowledge=()), Scene(persona=scene().persona)):
        assert select_grounding()(Draft(one), kit) == Draft(one)


def test_topics_take_the_place_of_the_cards_knowledge(word_embedder):
    kit = Kit(lm=ScriptedModel(["Yes."]), embedder=word_embedder)
    step = select_grounding(topics="places", selector="tfidf", candidates=200)
    draft = step(Draft(scene("Are there puffins in the turf?", ())), kit)
    assert "Puffins" in draft.notes["grounding"]["knowledge"]


def test_an_embedder_is_needed():
    with pytest.raises(CapabilityError, match="select_grounding"):
        select_grounding()(Draft(scene()), Kit(lm=ScriptedModel(["Yes."])))
