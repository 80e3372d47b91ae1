"""write-checked: what contradicts the persona is written anew before it is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from personae.data import Persona, Scene, Turn
from personae.draft import Draft, Emission, Kit
from personae.encoders.reply_worth import FEATURES
from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message
from personae.speaker import Speaker
from personae.steps.choose import choose
from personae.steps.write_checked import STATEMENTS_LIMIT, write_checked


@pytest.fixture
def draft() -> Draft:
    persona = Persona(name="Ana", statements=("I have three dogs.", "I work in a bakery."))
    scene = Scene(persona=persona, user="Bo").said("Bo", "Any pets?")
    return Draft(scene, messages=(Message("user", "Any pets?"),))


@pytest.fixture
def checked(word_nli, word_embedder):
    def run(draft: Draft, model: ScriptedModel, **options) -> tuple[Draft, list[Emission]]:
        heard: list[Emission] = []
        kit = Kit(model, nli=word_nli, embedder=word_embedder, emit=heard.append)
        return choose(by="worth")(write_checked(**options)(draft, kit), kit), heard

    return run


def shown(heard: list[Emission]) -> str:
    """What stands on the screen at the end."""
    text = ""
    for emission in heard:
        text = "" if emission.kind == "restart" else text + emission.text
    return text.strip()


def asked(model: ScriptedModel) -> list[list[str]]:
    """The messages of each request."""
    return [[message.content for message in request.messages] for request in model.requests]


def test_a_reply_that_agrees_is_written_once_and_judged_by_sentence(draft, checked, word_nli):
    model = ScriptedModel(["I love my three dogs. They bark at the bakery."])
    done, heard = checked(draft, model)
    (candidate,) = done.candidates
    assert candidate.text == shown(heard) == "I love my three dogs. They bark at the bakery."
    assert candidate.scores == {"contradiction": 0.05}
    assert candidate.detail == {"seed": 0, "made_by": "write_checked", "attempts": 1}
    assert {said for said, _ in word_nli.asked} == {
        "I love my three dogs.", "They bark at the bakery.",
    }  # fmt: skip
    assert [emission.text for emission in heard] == [
        "I love my three dogs.", " They bark at the bakery.",
    ]  # fmt: skip


def test_a_contradiction_is_never_shown_and_the_statement_is_said_before_the_next_try(
    draft, checked
):
    model = ScriptedModel(["I have no dogs. Sorry.", "Three lovely dogs, yes."])
    done, heard = checked(draft, model)
    assert done.reply == shown(heard) == "Three lovely dogs, yes."
    assert all("no dogs" not in emission.text for emission in heard)
    assert asked(model) == [
        ["Any pets?"],
        ["Tell me about yourself.", "I have three dogs.", "Any pets?"],
    ]
    (refused,) = done.candidates[0].detail["refused"]
    assert refused["clause"] == "I have no dogs."
    assert refused["statement"] == "I have three dogs."
    assert [request.sampling.seed for request in model.requests] == [0, 7919]
    assert done.evidence[-1].detail == {"refused": "I have no dogs."}


def test_the_statement_that_bears_on_the_message_is_said_beside_the_contradicted_one(
    draft, checked
):
    scene = draft.scene.said("Bo", "Do you work in a bakery?")
    model = ScriptedModel(["I have no dogs there.", "I do work in a bakery."])
    checked(replace(draft, scene=scene), model)
    assert asked(model)[1][1] == "I have three dogs. I work in a bakery."


def test_a_statement_near_to_the_message_is_said_before_the_first_attempt(draft, checked):
    scene = draft.scene.said("Bo", "Do you have three dogs?")
    near = replace(draft, scene=scene)
    model = ScriptedModel(["Three lovely dogs, yes."])
    done, _ = checked(near, model, remind_first=0.4)
    assert asked(model) == [["Tell me about yourself.", "I have three dogs.", "Any pets?"]]
    assert done.evidence[-1].text == "I have three dogs."
    assert done.evidence[-1].detail == {"reminded": "first"}
    for least in (0.9, 1.0):  # not near enough; never
        model = ScriptedModel(["Three lovely dogs, yes."])
        done, _ = checked(near, model, remind_first=least)
        assert asked(model) == [["Any pets?"]]
        assert done.evidence == ()


def test_what_the_persona_has_just_said_is_not_said_before_the_first_attempt(draft, checked):
    scene = draft.scene.said("Ana", "I have three dogs!").said("Bo", "Do you have three dogs?")
    model = ScriptedModel(["Three lovely dogs, yes."])
    checked(replace(draft, scene=scene), model, remind_first=0.4)
    assert asked(model) == [["Any pets?"]]


def test_of_several_draws_after_a_failure_the_better_one_is_shown(draft, checked):
    scene = draft.scene.said("Bo", "Any pets at home?")
    model = ScriptedModel(["I have no dogs.", "Bread is good bread.", "Pets at home, three dogs."])
    done, heard = checked(replace(draft, scene=scene), model, draws=2)
    assert [candidate.text for candidate in done.candidates] == [
        "Bread is good bread.", "Pets at home, three dogs.",
    ]  # fmt: skip
    assert done.reply == shown(heard) == "Pets at home, three dogs."
    assert [request.sampling.seed for request in model.requests] == [0, 7919, 2 * 7919]
    assert done.candidates[0].detail["attempts"] == 3


def test_no_more_is_drawn_than_attempts_are_left(draft, checked):
    model = ScriptedModel(["I have no dogs."] * 9)
    checked(draft, model, draws=5, attempts=3)
    assert len(model.requests) == 3


def test_without_reminding_the_prompt_stays(draft, checked):
    model = ScriptedModel(["I have no dogs.", "Three lovely dogs, yes."])
    checked(draft, model, remind=False)
    assert asked(model) == [["Any pets?"], ["Any pets?"]]


def test_a_contradiction_after_a_good_sentence_ends_the_reply_there(draft, checked):
    model = ScriptedModel(["I bake good bread. I have no dogs at all. Bye."])
    done, heard = checked(draft, model)
    assert done.reply == shown(heard) == "I bake good bread."
    assert done.candidates[0].scores["contradiction"] == pytest.approx(0.05)
    assert len(model.requests) == 1


def test_a_later_sentence_is_cut_before_its_failing_clause(draft, checked):
    model = ScriptedModel(["I bake good bread. I like my oven, and I have no dogs. Bye."])
    done, heard = checked(draft, model)
    assert done.reply == shown(heard) == "I bake good bread. I like my oven."
    assert checked(draft, model, repair=False)[0].reply == "I bake good bread."


def test_a_first_sentence_too_short_to_be_a_reply_waits_for_the_next(draft, checked):
    model = ScriptedModel(["I'm Ana. I have no dogs.", "Three lovely dogs, yes."])
    done, heard = checked(draft, model)
    assert done.reply == shown(heard) == "Three lovely dogs, yes."


def test_a_repaired_piece_and_a_new_reply_are_weighed_and_the_better_one_is_shown(draft, checked):
    model = ScriptedModel(["I bake good bread, but I have no dogs.", "My pets are three dogs."])
    done, heard = checked(draft, model)
    assert [candidate.text for candidate in done.candidates] == [
        "I bake good bread.", "My pets are three dogs.",
    ]  # fmt: skip
    for candidate in done.candidates:
        assert set(candidate.scores) == {*FEATURES, "worth"} - {"naturalness"}
    best = max(done.candidates, key=lambda candidate: candidate.scores["worth"])
    assert done.reply == shown(heard) == best.text


def test_where_every_attempt_fails_the_statement_nearest_to_the_message_is_said(draft, checked):
    scene = draft.scene.said("Bo", "Do you have three dogs?")
    model = ScriptedModel(["I have no dogs."] * 3)
    done, heard = checked(replace(draft, scene=scene), model)
    assert len(model.requests) == 3
    assert done.reply == shown(heard) == "I have three dogs."
    assert done.candidates[0].made_by == "fall_back"
    assert "faults" not in done.candidates[0].detail


def test_a_statement_that_was_just_said_is_not_said_again(draft, checked):
    said = Turn(speaker="Ana", text="I have three dogs.")
    scene = draft.scene.model_copy(update={"turns": (said, *draft.scene.turns)})
    done, _ = checked(replace(draft, scene=scene), ScriptedModel(["I have no dogs."]))
    assert done.reply == "I work in a bakery."


@pytest.mark.parametrize("statements", [("Ana has three dogs.",), ("I have three dogs.",)])
def test_where_nothing_can_be_said_the_least_contradictory_is_shown_with_its_fault(
    draft, checked, statements
):
    persona = draft.scene.persona.model_copy(update={"statements": statements})
    scene = draft.scene.model_copy(update={"persona": persona})
    model = ScriptedModel(["I have no dogs."])
    done, heard = checked(
        replace(draft, scene=scene), model, fall_back=statements == ("Ana has three dogs.",)
    )
    assert done.candidates[0].detail["faults"] == ["contradicts"]
    assert done.candidates[0].scores["contradiction"] == pytest.approx(0.95)
    assert shown(heard) == "I have no dogs."


def test_a_threshold_of_ones_own_lets_more_pass(draft, checked):
    done, _ = checked(draft, ScriptedModel(["I have no dogs."]), threshold=0.99)
    assert done.candidates[0].detail == {"seed": 0, "made_by": "write_checked", "attempts": 1}


def test_a_faulty_reply_is_written_anew_after_the_same_prompt(draft, checked):
    model = ScriptedModel(["Any pets?", "I have three dogs."])
    done, heard = checked(draft, model)
    assert done.reply == shown(heard) == "I have three dogs."
    assert asked(model) == [["Any pets?"]] * 2


def test_a_loop_is_cut_short_and_followed_by_a_penalty(draft, checked):
    model = ScriptedModel(["I am a cat and " * 30, "I have three dogs."])
    done, _ = checked(draft, model)
    assert done.reply == "I have three dogs."
    assert [request.sampling.repeat_penalty for request in model.requests] == [1.0, 1.15]


@pytest.mark.parametrize("change", [{"statements": ()}, {"language": "de"}])
def test_without_statements_in_english_nothing_is_judged(draft, checked, word_nli, change):
    persona = draft.scene.persona.model_copy(update=change)
    scene = draft.scene.model_copy(update={"persona": persona})
    done, _ = checked(replace(draft, scene=scene), ScriptedModel(["I have no dogs."]))
    assert done.candidates[0].scores == {"contradiction": 0.0}
    assert word_nli.asked == []


def test_of_many_statements_those_near_to_a_sentence_are_judged(draft, checked, word_nli):
    many = [f"I know fact {number}." for number in range(500)]
    many[400] = "I have three dogs."
    persona = draft.scene.persona.model_copy(update={"statements": tuple(many)})
    scene = draft.scene.model_copy(update={"persona": persona})
    model = ScriptedModel(["I do not have dogs.", "I love my three dogs."])
    done, heard = checked(replace(draft, scene=scene), model)
    assert shown(heard) == "I love my three dogs."
    assert done.candidates[0].detail["refused"][0]["statement"] == "I have three dogs."
    judged = [stated for said, stated in word_nli.asked if said == "I do not have dogs."]
    assert len(judged) == STATEMENTS_LIMIT


def test_without_the_inference_model_it_says_how_to_get_one(draft):
    with pytest.raises(CapabilityError, match=r"open_nli\(\)"):
        write_checked()(draft, Kit(ScriptedModel()))


def test_the_guard_replies_with_what_passed(draft, word_nli, word_embedder):
    model = ScriptedModel(["I have no dogs.", "Three dogs, all mine."])
    speaker = Speaker(model, "guard", nli=word_nli, embedder=word_embedder)
    reply = speaker.reply(draft.scene)
    assert reply.text == "Three dogs, all mine."
    told = reply.to_dict()
    assert told["candidates"][0]["refused"][0]["statement"] == "I have three dogs."
    assert told["timings"]["first_shown_s"] <= told["timings"]["total_s"]
