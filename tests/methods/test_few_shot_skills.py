"""few-shot-skills (S011): the prompt's layout, and the choice of the skill."""

from __future__ import annotations

import json

import pytest

from personae.data import Persona, Scene, Turn
from personae.errors import FormatError, InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.methods.few_shot_skills import (
    few_shot_prompt,
    few_shot_skills,
    read_skills,
    selector_prompt,
    selector_query,
    skill_losses,
)
from personae.skills.skill import Shot, Skill
from personae.speaker import Speaker

SKILL = Skill(
    name="talk",
    meta_header="Facts:",
    dialogue_header="Dialogue:",
    user="Guest",
    assistant="Host",
    shots=(
        Shot(meta=("I bake.", "I sing."), dialogue=(("Hi.", "Hello."), ("Bread?", "Soon."))),
        Shot(meta=("I swim.",), dialogue=(("Cold?", "Never."),)),
        Shot(dialogue=(("Left?", "Out."),)),
    ),
)
ANA = Persona(name="Ana", statements=("I have two dogs.", "I know {{user}}."))


def scene_of(*texts: str, first="Bo") -> Scene:
    order = [first, "Ana" if first == "Bo" else "Bo"]
    turns = tuple(Turn(speaker=order[n % 2], text=text) for n, text in enumerate(texts))
    return Scene(persona=ANA, user="Bo", turns=turns)


def test_the_prompt_is_whole_shots_then_facts_then_the_dialogue():
    scene = scene_of("old", "older", "How are\nyou?", "Fine.", "And the dogs?")
    assert few_shot_prompt(SKILL, scene, shots=2, history_turns=3) == (
        "Facts:\nI bake.\nI sing.\nDialogue:\n"
        "Guest: Hi.\nHost: Hello.\nGuest: Bread?\nHost: Soon.\n\n"
        "Facts:\nI swim.\nDialogue:\n"
        "Guest: Cold?\nHost: Never.\n\n"
        "Facts:\nI have two dogs.\nI know Bo.\nDialogue:\n"
        "Guest: How are you?\nHost: Fine.\nGuest: And the dogs?\nHost:"
    )


def test_a_greeting_is_expanded_and_events_are_not_said():
    turns = (
        Turn(speaker="Ana", text="Hello {{user}}.", labels={"greeting": True}),
        Turn(speaker="-", text="It rains.", kind="event"),
        Turn(speaker="Bo", text="{{user}} typed."),
    )
    prompt = few_shot_prompt(
        SKILL, Scene(persona=ANA, user="Bo", turns=turns), shots=0, history_turns=9
    )
    assert prompt.endswith("Dialogue:\nHost: Hello Bo.\nGuest: {{user}} typed.\nHost:")


def test_the_selector_sees_no_facts_and_one_pair_of_labels():
    assert selector_prompt(SKILL, 2) == (
        "Dialogue:\nUser: Hi.\nAssistant: Hello.\nUser: Bread?\nAssistant: Soon.\n\n"
        "Dialogue:\nUser: Cold?\nAssistant: Never.\n\n"
        "Dialogue:\nUser:"
    )


@pytest.mark.parametrize(
    ("scene", "turns", "query"),
    [
        (scene_of("a", "b", "c"), 4, " a\nAssistant: b\nUser: c"),
        (scene_of("a", "b", "c"), 2, " c"),
        (scene_of("a", "b", first="Ana"), 4, " b"),
        (scene_of("a", first="Ana"), 4, ""),
        (scene_of(), 4, ""),
    ],
)
def test_the_query_goes_on_after_the_user_label(scene, turns, query):
    assert selector_query(scene, turns) == query


def test_the_loss_is_nats_per_token_of_the_query():
    lm = ScriptedModel(scorer=lambda request, text: Likelihood((-1.0, -2.0, -6.0)))
    assert skill_losses(lm, [SKILL], " hi", 1) == {"talk": 3.0}
    ((request, continuations),) = lm.scored
    assert request.prompt == selector_prompt(SKILL, 1)
    assert continuations == (" hi",)


@pytest.mark.parametrize("wanted", ["empathetic", "knowledge", "persona-chat", "task-booking"])
def test_the_skill_of_least_perplexity_is_chosen(wanted):
    prompts = {selector_prompt(skill, 3): name for name, skill in read_skills().items()}

    def scorer(request, text):
        return Likelihood((-1.0,) if prompts[request.prompt] == wanted else (-1.0, -4.0))

    lm = ScriptedModel(["Fine."], scorer=scorer)
    draft = Speaker(lm, "few-shot-skills").reply(scene_of("Hi.")).draft
    assert draft.notes["skill"] == wanted
    assert draft.notes["skill_losses"] == {
        name: 1.0 if name == wanted else 2.5 for name in read_skills()
    }
    skill = read_skills()[wanted]
    assert draft.text_prompt == few_shot_prompt(skill, scene_of("Hi."), shots=4, history_turns=6)
    assert draft.sampling.stop == (f"\n{skill.user}:", "\n\n")


def test_a_fixed_skill_costs_no_scoring():
    lm = ScriptedModel(["Fine."])
    draft = Speaker(lm, "fsb", options={"skill": "knowledge"}).reply(scene_of("Hi.")).draft
    assert draft.notes["skill"] == "knowledge"
    assert lm.scored == ()


def test_where_the_user_has_not_spoken_the_persona_skill_is_taken():
    lm = ScriptedModel(["Fine."])
    draft = Speaker(lm, "fsb").reply(scene_of("Hello!", first="Ana")).draft
    assert draft.notes["skill"] == "persona-chat"
    assert lm.scored == ()


def test_shots_that_do_not_fit_are_left_out():
    lm = ScriptedModel(["Fine."], context_tokens=300)
    draft = Speaker(lm, "fsb", options={"skill": "persona-chat"}).reply(scene_of("Hi.")).draft
    skill = read_skills()["persona-chat"]
    fitting = [few_shot_prompt(skill, scene_of("Hi."), shots=n, history_turns=6) for n in range(5)]
    assert draft.text_prompt in fitting[:4]
    assert lm.count_tokens(draft.text_prompt) <= 240


def test_turns_too_long_to_score_are_not_scored():
    lm = ScriptedModel(["Fine."], context_tokens=500)
    scene = scene_of("word " * 400)
    assert Speaker(lm, "fsb").reply(scene).draft.notes["skill"] == "persona-chat"


def test_own_skills_are_read_from_a_folder(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "skill.yaml").write_text("name: mine\n")
    (tmp_path / "mine" / "shots.jsonl").write_text(
        json.dumps({"meta": [], "dialogue": [["Hi", "Yo"]]})
    )
    lm = ScriptedModel(["Fine."])
    reply = Speaker(lm, "fsb", options={"folder": str(tmp_path)}).reply(scene_of("Hi."))
    assert reply.draft.notes["skill"] == "mine"


@pytest.mark.parametrize(
    ("options", "error", "fault"),
    [
        ({"skill": "dancing"}, InvalidOption, "no skill 'dancing'. Known: empathetic"),
        ({"folder": "nowhere"}, InvalidOption, "no skill under nowhere"),
    ],
)
def test_an_unknown_skill_is_refused_when_the_method_is_built(options, error, fault):
    with pytest.raises(error, match=fault):
        few_shot_skills(**options)


def test_a_broken_skill_is_named(tmp_path):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "skill.yaml").write_text("name: [")
    with pytest.raises(FormatError, match=r"skill\.yaml"):
        few_shot_skills(folder=str(tmp_path))
