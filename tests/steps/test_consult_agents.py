"""Agents over a pool."""

from __future__ import annotations

import pytest

from personae.data import Passage, Persona, Scene
from personae.draft import Draft, Kit
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.steps.consult_agents import consult_agents, ranked


def scene():
    guide = Persona(name="Guide", knowledge=(Passage(text="Bread is baked at dawn."),))
    return Scene(persona=guide, user="Ada").said("Ada", "When is bread baked?")


def test_fewer_agents_are_fewer_calls_and_the_pool_is_noted_after_each(word_embedder):
    asked = []

    def told(request):
        asked.append(request)
        return f"Note {len(asked)}."

    kit = Kit(lm=ScriptedModel(told), embedder=word_embedder)
    draft = consult_agents(agents="user_profile,document_ranking")(Draft(scene()), kit)
    assert len(asked) == 5
    assert draft.notes["agents"] == {"user_profile": "Note 3.", "document_ranking": "Note 5."}
    assert draft.notes["thought"] == "Note 1."
    assert "Bread is baked at dawn." in asked[1].messages[-1].content
    assert "Note 3." in asked[3].messages[-1].content
    assert draft.usage.completion_tokens > 0


def test_a_prompt_alone_or_silence_calls_nobody(word_embedder):
    lm = ScriptedModel(["No."])
    kit = Kit(lm=lm, embedder=word_embedder, prompt_only=True)
    assert consult_agents()(Draft(scene()), kit) == Draft(scene())


def test_an_unknown_agent_is_told():
    with pytest.raises(InvalidOption, match="no agent 'critic'"):
        consult_agents(agents="critic")


def test_equally_relevant_passages_are_ordered_by_who_asks(word_embedder):
    passages = ["harbour engines", "harbour novels"]
    assert ranked(passages, "harbour", ["engines"], word_embedder) == passages
    assert ranked(passages, "harbour", ["novels"], word_embedder) == passages[::-1]
    assert ranked([], "harbour", [], word_embedder) == []
