"""fit_prompt: the order of the prompt, its budget, and a prefix that stays."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personae.data import Persona, Scene, Turn
from personae.draft import Draft, Kit, PromptPart
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message, Sampling
from personae.steps.fit_prompt import HISTORY_BLOCK, fit_prompt

IDENTITY = PromptPart("identity", "You are Ana.", pinned=True)
RECALLED = PromptPart("recalled", "Bo likes rye.", role="volatile")


def fitted(scene: Scene, *parts: PromptPart, context: int = 8192, max_tokens=20, **options):
    draft = Draft(scene, parts=parts, sampling=Sampling(max_tokens=max_tokens))
    return fit_prompt(**options)(draft, Kit(ScriptedModel(context_tokens=context)))


def test_fixed_parts_come_first_and_volatile_ones_before_the_last_turn(dialogue_scene):
    draft = fitted(dialogue_scene("Hi.", "Hello.", "Bread?"), RECALLED, IDENTITY)
    assert draft.messages == (
        Message("system", "You are Ana."),
        Message("user", "Hi."),
        Message("assistant", "Hello."),
        Message("system", "Bo likes rye."),
        Message("user", "Bread?"),
    )


def test_volatile_parts_join_the_last_turn_for_templates_with_one_system_message(dialogue_scene):
    scene = dialogue_scene("Hi.", "Hello.", "Bread?")
    event = Turn(speaker="narrator", text="The bell rings.", kind="narration")
    scene = scene.model_copy(update={"turns": (event, *scene.turns)})
    draft = fitted(scene, IDENTITY, RECALLED, volatile_role="user")
    assert [message.role for message in draft.messages].count("system") == 1
    assert draft.messages[1] == Message("user", "[The bell rings.]")
    assert draft.messages[-1] == Message("user", "[Bo likes rye.]\n\nBread?")


@pytest.mark.parametrize(("depth", "at"), [(0, 4), (1, 3), (2, 2), (3, 1), (99, 1)])
def test_a_part_with_a_depth_stands_that_many_messages_before_the_end(dialogue_scene, depth, at):
    part = PromptPart("deep", "Deep.", role="history", depth=depth, said_as="assistant")
    draft = fitted(dialogue_scene("1", "2", "3"), IDENTITY, part)
    assert draft.messages[at] == Message("assistant", "Deep.")
    assert len(draft.messages) == 5


def test_the_instructions_of_the_card_come_last_and_always_stay(dialogue_scene):
    scene = dialogue_scene("Hi.", post_history_instructions="Never sing to {{user}}.")
    draft = fitted(scene, IDENTITY, RECALLED)
    assert draft.messages[-2] == Message("system", "Bo likes rye.\n\nNever sing to Bo.")


def test_only_a_greeting_has_its_macros_expanded(dialogue_scene):
    scene = dialogue_scene("Hello {{user}}", "I typed {{user}}")
    turns = (scene.turns[0].model_copy(update={"labels": {"greeting": True}}), scene.turns[1])
    draft = fitted(scene.model_copy(update={"turns": turns}), IDENTITY)
    assert [m.content for m in draft.messages[1:]] == ["Hello Bo", "I typed {{user}}"]


def test_names_are_written_only_where_several_others_speak():
    turns = [Turn(speaker="Bo", text="Hi."), Turn(speaker="Ana", text="Hello.")]
    scene = Scene(persona=Persona(name="Ana"), user="Bo", turns=tuple(turns))
    assert fitted(scene, IDENTITY).messages[1].content == "Hi."
    rain = Turn(speaker="weather", text="It rains.", kind="event")
    scene = scene.model_copy(update={"turns": (*turns, rain)})
    assert fitted(scene, IDENTITY).messages[1].content == "Hi."  # nobody said the rain
    cy = Turn(speaker="Cy", text="And me?")
    scene = scene.model_copy(update={"turns": (*turns, cy)})
    assert [m.content for m in fitted(scene, IDENTITY).messages[1:]] == [
        "Bo: Hi.", "Hello.", "Cy: And me?",
    ]  # fmt: skip
    last = fitted(scene, IDENTITY, history_turns=1)
    assert last.messages[-1].content == "Cy: And me?"  # as in the longer window


def test_unpinned_parts_are_dropped_from_the_last_and_noted(dialogue_scene):
    parts = [PromptPart(f"p{n}", "word " * 30) for n in range(5)]
    draft = fitted(dialogue_scene("Hi."), IDENTITY, *parts, context=200)
    names = [part.name for part in draft.parts]
    assert names == ["identity", "p0", "p1"][: len(names)]
    assert len(names) >= 2
    assert draft.notes["dropped_parts"] == [f"p{n}" for n in range(4, len(names) - 2, -1)]


def test_parts_that_can_go_leave_a_quarter_of_the_budget_to_the_history(dialogue_scene):
    scene = dialogue_scene(*["three words here"] * 40)
    long = [PromptPart(f"p{n}", "word " * 40) for n in range(30)]
    draft = fitted(scene, IDENTITY, *long, context=1052)
    assert len(draft.messages) > 20


def test_tokens_of_each_part_are_recorded(dialogue_scene):
    draft = fitted(dialogue_scene("Hi."), IDENTITY, RECALLED)
    assert [(part.name, part.tokens) for part in draft.parts] == [("identity", 3), ("recalled", 3)]


@pytest.mark.parametrize("context", [10, 60, 200])
def test_what_must_stay_and_does_not_fit_is_refused(dialogue_scene, context):
    with pytest.raises(InvalidOption, match=r"need \d+ tokens and \d+ fit. Shorten"):
        fitted(dialogue_scene("word " * 500), IDENTITY, context=context)


def test_a_scene_without_turns_is_a_prompt_too():
    scene = Scene(persona=Persona(name="Ana"))
    assert fitted(scene, IDENTITY, RECALLED).messages == (
        Message("system", "You are Ana."),
        Message("system", "Bo likes rye."),
    )


@settings(max_examples=40, deadline=None)
@given(
    lengths=st.lists(st.integers(1, 30), min_size=2, max_size=60),
    context=st.integers(150, 900),
    volatile=st.integers(0, 10),
)
def test_the_prompt_grows_at_its_end_except_at_the_borders_of_blocks(lengths, context, volatile):
    persona = Persona(name="Ana", id="ana")
    parts = [IDENTITY, PromptPart("v", "word " * volatile, role="volatile")]
    turns = [
        Turn(speaker=("Bo", "Ana")[at % 2], text=f"{at} " + "word " * size)
        for at, size in enumerate(lengths)
    ]
    before, starts = None, []
    for count in range(1, len(turns) + 1, 2):  # each time Bo has spoken
        scene = Scene(persona=persona, user="Bo", turns=tuple(turns[:count]))
        draft = fitted(scene, *parts, context=context)
        used = sum(len(message.content.split()) + 8 for message in draft.messages)
        assert used <= context - 20 - 32 + 8  # the template's overhead counts once more a part
        start = draft.notes["dropped_turns"]
        fixed = [
            message
            for message in draft.messages
            if message.content.strip() != parts[1].text.strip()
        ]
        if before is not None and starts[-1] == start:
            assert fixed[: len(before)] == before
        if start and count - start > HISTORY_BLOCK:
            assert start % HISTORY_BLOCK == 0
        before = fixed
        starts.append(start)
    assert starts == sorted(starts)


def test_a_history_of_thousands_is_counted_only_as_far_as_it_fits():
    asked = []
    model = ScriptedModel(context_tokens=500)
    count = model.count_tokens
    model.count_tokens = lambda text: asked.append(text) or count(text)  # type: ignore[method-assign]
    turns = tuple(Turn(speaker=("Bo", "Ana")[n % 2], text=f"turn {n}") for n in range(5001))
    scene = Scene(persona=Persona(name="Ana"), user="Bo", turns=turns)
    draft = Draft(scene, parts=(IDENTITY,), sampling=Sampling(max_tokens=20))
    fit_prompt()(draft, Kit(model))
    assert len(asked) < 200
