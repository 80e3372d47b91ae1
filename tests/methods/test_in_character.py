"""in-character: persona, lorebook, and what is recalled."""

from __future__ import annotations

from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker


def prompt_of(scene, embedder=None, **options):
    return Speaker(ScriptedModel(), "in-character", options=options, embedder=embedder).prompt(
        scene
    )


def test_lore_and_what_is_recalled_stand_beside_the_last_turn(rich_scene, word_embedder):
    draft = prompt_of(rich_scene, word_embedder)
    assert draft.messages[0].content.startswith("It is 1974.")
    beside = draft.messages[-2]
    assert beside.role == "system"
    assert "Rex is the older dog." in beside.content
    assert "Keep in mind:" in beside.content
    assert {e.source.partition(":")[0] for e in draft.evidence} >= {"lorebook"}


def test_what_is_recalled_leaves_the_rest_of_the_prompt_as_it_is(rich_scene, word_embedder):
    with_recall = prompt_of(rich_scene, word_embedder).messages
    without = prompt_of(rich_scene, word_embedder, recalled=0).messages
    assert with_recall[:-2] == without[:-2]
    assert "Keep in mind:" not in without[-2].content


def test_examples_are_shown_when_asked_for(rich_scene, word_embedder):
    shown = prompt_of(rich_scene, word_embedder, examples=1).messages[0].content
    assert "Example:\nBo: Hi\nAna: Hello, bread?" in shown
    hidden = prompt_of(rich_scene, word_embedder, examples=0).messages[0].content
    assert "Example:" not in hidden


def test_without_an_embedder_the_memories_are_shown(rich_scene):
    assert "allergic to nuts" in prompt_of(rich_scene).messages[-2].content
