"""activate_lore: which entries come in, and where in the prompt they stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from personae.data import Lorebook, LoreEntry
from personae.draft import Draft, Kit, PromptPart, chain
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message
from personae.speaker import Reply, Timings
from personae.steps.activate_lore import activate_lore
from personae.steps.fit_prompt import fit_prompt

PARTS = (
    PromptPart("identity", "I", pinned=True),
    PromptPart("personality", "P"),
    PromptPart("scenario", "S"),
    PromptPart("rules", "R", pinned=True),
)


def activated(scene, *entries: LoreEntry, **book) -> Draft:
    persona = scene.persona.model_copy(update={"lorebook": Lorebook(entries=entries, **book)})
    draft = Draft(scene.model_copy(update={"persona": persona}), parts=PARTS)
    return activate_lore()(draft, Kit(ScriptedModel()))


def placed(draft: Draft) -> list[str]:
    return [part.text for part in draft.parts]


def test_a_persona_without_a_lorebook_is_left_alone(dialogue_scene):
    draft = Draft(dialogue_scene("dogs"), parts=PARTS)
    assert activate_lore()(draft, Kit(ScriptedModel())) == draft


def test_an_entry_comes_last_when_its_key_was_just_mentioned(dialogue_scene):
    entry = LoreEntry(content="{{char}} has {{random:two,two}} dogs.", keys=("dogs",), name="d")
    draft = activated(dialogue_scene("And your dogs?"), entry)
    assert (draft.parts[-1].text, draft.parts[-1].role) == ("Ana has two dogs.", "volatile")
    assert draft.evidence[0].source == "lorebook:d"
    assert draft.evidence[0].detail == {"reason": "key 'dogs'"}
    assert activated(dialogue_scene("And your cats?"), entry).parts == PARTS


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        ("before_desc", ["X", "I", "P", "S", "R"]),
        ("after_desc", ["I", "X", "P", "S", "R"]),
        ("personality", ["I", "P", "X", "S", "R"]),
        ("scenario", ["I", "P", "S", "X", "R"]),
    ],
)
def test_an_explicit_position_orders_the_system_prompt(dialogue_scene, position, expected):
    entry = LoreEntry(content="X", keys=("hi",), decorators=(("position", position),))
    draft = activated(dialogue_scene("hi"), entry)
    assert placed(draft) == expected
    assert {part.role for part in draft.parts} == {"system"}


def test_constant_entries_stand_before_and_after_the_persona_in_their_order(dialogue_scene):
    draft = activated(
        dialogue_scene("hi"),
        LoreEntry(content="after 2", constant=True, position="after_char", insertion_order=2),
        LoreEntry(content="before 2", constant=True, insertion_order=2),
        LoreEntry(content="before 1", constant=True, insertion_order=1),
        LoreEntry(content="after 1", constant=True, position="after_char", insertion_order=1),
    )
    assert placed(draft) == ["before 1", "before 2", "I", "P", "S", "R", "after 1", "after 2"]


def test_entries_that_come_and_go_keep_before_and_after_among_themselves(dialogue_scene):
    draft = activated(
        dialogue_scene("hi"),
        LoreEntry(content="after", keys=("hi",), position="after_char", insertion_order=1),
        LoreEntry(content="before", keys=("hi",), insertion_order=2),
    )
    assert placed(draft)[-2:] == ["before", "after"]


@pytest.mark.parametrize("role", ["system", "user", "assistant"])
def test_an_entry_with_a_depth_goes_into_the_history_in_its_role(dialogue_scene, role):
    entry = LoreEntry(content="Deep.", keys=("hi",), decorators=(("depth", "2"), ("role", role)))
    scene = dialogue_scene("hi", "hello", "well?")
    persona = scene.persona.model_copy(update={"lorebook": Lorebook(entries=(entry,))})
    draft = Draft(scene.model_copy(update={"persona": persona}), parts=PARTS)
    draft = chain(activate_lore(), fit_prompt())(draft, Kit(ScriptedModel()))
    assert draft.messages[-3:] == (
        Message(role, "Deep."), Message("assistant", "hello"), Message("user", "well?"),
    )  # fmt: skip


def test_an_entry_can_take_our_own_rules_out(dialogue_scene):
    rules = (("disable_ui_prompt", "system_prompt"),)
    entry = LoreEntry(content="X", constant=True, decorators=rules)
    assert placed(activated(dialogue_scene("hi"), entry)) == ["X", "I", "P", "S"]


def test_the_scan_reaches_as_far_as_book_or_entry_say(dialogue_scene):
    scene = dialogue_scene("dragon", *["-"] * 20)
    entry = LoreEntry(content="X", keys=("dragon",))
    assert "X" not in placed(activated(scene, entry))
    assert "X" in placed(activated(scene, entry, scan_depth=50))
    deep = entry.model_copy(update={"decorators": (("scan_depth", "50"),)})
    assert "X" in placed(activated(scene, deep))


@pytest.mark.parametrize(("greeting", "is_active"), [("one", False), ("two", True)])
def test_an_entry_may_belong_to_one_greeting(dialogue_scene, greeting, is_active):
    scene = dialogue_scene(greeting, "hi", greetings=("one", "two"))
    first = scene.turns[0].model_copy(update={"labels": {"greeting": True}})
    scene = scene.model_copy(update={"turns": (first, *scene.turns[1:])})
    entry = LoreEntry(content="X", keys=("hi",), decorators=(("is_greeting", "1"),))
    assert ("X" in placed(activated(scene, entry))) == is_active


def test_an_entry_may_wait_for_the_characters_turns(dialogue_scene):
    entry = LoreEntry(content="X", constant=True, decorators=(("activate_only_after", "2"),))
    assert "X" not in placed(activated(dialogue_scene("a", "b", "c"), entry))
    assert "X" in placed(activated(dialogue_scene("a", "b", "c", "d", "e"), entry))


@pytest.mark.parametrize(
    ("decorator", "second_text", "is_active"),
    [
        ("keep_activate_after_match", "of something else", True),
        ("dont_activate_after_match", "the dogs again", False),
    ],
)
def test_what_matched_before_is_known_from_the_labels_of_replies(
    dialogue_scene, decorator, second_text, is_active
):
    entry = LoreEntry(content="X", keys=("dogs",), decorators=((decorator, ""),))
    draft = activated(dialogue_scene("the dogs?"), entry)
    assert "X" in placed(draft)
    reply = Reply("Two.", "m", "lm", draft, Timings()).to_turn()
    scene = draft.scene.model_copy(update={"turns": (*draft.scene.turns, reply)})
    # Far enough back for the key itself to be out of sight.
    for _ in range(10):
        scene = scene.said("Bo", "-").said("Ana", "-")
    assert ("X" in placed(activated(scene.said("Bo", second_text), entry))) == is_active


def test_labels_of_strangers_do_not_break_it(dialogue_scene):
    scene = dialogue_scene("hi", "well", "hi")
    odd = scene.turns[1].model_copy(update={"labels": {"lore": 5, "greeting": [1]}})
    scene = scene.model_copy(update={"turns": (scene.turns[0], odd, scene.turns[2])})
    assert "X" in placed(activated(scene, LoreEntry(content="X", keys=("hi",))))


def test_an_entry_with_a_chance_draws_by_seed_and_turn(dialogue_scene):
    extensions = {"probability": 50, "useProbability": True}
    entry = LoreEntry(content="X", constant=True, extensions=extensions)
    scene = dialogue_scene("hi")
    persona = scene.persona.model_copy(update={"lorebook": Lorebook(entries=(entry,))})
    draft = Draft(scene.model_copy(update={"persona": persona}))
    kit = Kit(ScriptedModel())
    step = activate_lore()
    drawn = [len(step(draft, replace(kit, seed=seed)).parts) for seed in range(40)]
    assert drawn == [len(step(draft, replace(kit, seed=seed)).parts) for seed in range(40)]
    assert 0 < sum(drawn) < 40
