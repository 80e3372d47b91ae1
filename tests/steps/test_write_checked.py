"""write-checked: what contradicts the persona is written anew before it is shown."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene
from personae.draft import Draft, Emission, Kit
from personae.errors import CapabilityError
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Message
from personae.speaker import Speaker
from personae.steps.write_checked import STATEMENTS_LIMIT, statements_of, write_checked


@pytest.fixture
def draft() -> Draft:
    persona = Persona(name="Ana", statements=("I have three dogs.", "I work in a bakery."))
    scene = Scene(persona=persona, user="Bo").said("Bo", "Any pets?")
    return Draft(scene, messages=(Message("user", "Any pets?"),))


def checked(draft: Draft, model: ScriptedModel, nli, **options) -> tuple[Draft, list[Emission]]:
    heard: list[Emission] = []
    return write_checked(**options)(draft, Kit(model, nli=nli, emit=heard.append)), heard


def shown(heard: list[Emission]) -> str:
    """What stands on the screen at the end."""
    text = ""
    for emission in heard:
        text = "" if emission.kind == "restart" else text + emission.text
    return text.strip()


def test_a_reply_that_agrees_is_written_once_and_judged_by_sentence(draft, word_nli):
    model = ScriptedModel(["I love my dogs. They bark at the bakery."])
    done, heard = checked(draft, model, word_nli)
    (candidate,) = done.candidates
    assert candidate.text == shown(heard) == "I love my dogs. They bark at the bakery."
    assert candidate.scores == {"contradiction": 0.05}
    assert candidate.detail == {"seed": 0, "attempts": 1}
    assert {said for said, _ in word_nli.asked} == {"I love my dogs.", "They bark at the bakery."}


def test_a_contradiction_is_written_anew_and_never_shown(draft, word_nli):
    model = ScriptedModel(["I have no dogs. Sorry.", "Three lovely dogs."])
    done, heard = checked(draft, model, word_nli)
    (candidate,) = done.candidates
    assert candidate.text == "Three lovely dogs."
    assert all("no dogs" not in emission.text for emission in heard)
    (refused,) = candidate.detail["refused"]
    assert refused["clause"] == "I have no dogs."
    assert refused["statement"] == "I have three dogs."
    assert [request.sampling.seed for request in model.requests] == [0, 7919]
    assert done.evidence[-1].detail == {"refused": "I have no dogs."}


def test_a_contradiction_after_a_good_sentence_ends_the_reply_there(draft, word_nli):
    model = ScriptedModel(["I bake bread. I have no dogs at all. Bye."])
    done, heard = checked(draft, model, word_nli)
    assert done.candidates[0].text == shown(heard) == "I bake bread."
    assert done.candidates[0].scores["contradiction"] == pytest.approx(0.05)
    assert len(model.requests) == 1


def test_where_every_attempt_fails_the_least_contradictory_is_shown_with_its_fault(draft, word_nli):
    model = ScriptedModel(["I have no dogs."] * 3)
    done, heard = checked(draft, model, word_nli, attempts=3)
    assert len(model.requests) == 3
    assert done.candidates[0].detail["faults"] == ["contradicts"]
    assert done.candidates[0].scores["contradiction"] == pytest.approx(0.95)
    assert shown(heard) == "I have no dogs."


def test_a_threshold_of_ones_own_lets_more_pass(draft, word_nli):
    model = ScriptedModel(["I have no dogs."])
    done, _ = checked(draft, model, word_nli, threshold=0.99)
    assert "faults" not in done.candidates[0].detail


def test_a_faulty_reply_is_written_anew_too(draft, word_nli):
    done, heard = checked(draft, ScriptedModel(["Any pets?", "Three dogs."]), word_nli)
    assert done.candidates[0].text == shown(heard) == "Three dogs."


def test_a_persona_without_statements_is_never_contradicted(word_nli):
    scene = Scene(persona=Persona(name="Ana")).said("Bo", "Any pets?")
    draft = Draft(scene, messages=(Message("user", "Any pets?"),))
    done, _ = checked(draft, ScriptedModel(["I have no dogs."]), word_nli)
    assert done.candidates[0].scores == {"contradiction": 0.0}


def test_only_so_many_statements_are_judged():
    many = tuple(f"I know fact {number}." for number in range(500))
    scene = Scene(persona=Persona(name="Ana", statements=many))
    assert len(statements_of(scene)) == STATEMENTS_LIMIT


def test_without_the_inference_model_it_says_how_to_get_one(draft):
    with pytest.raises(CapabilityError, match=r"open_nli\(\)"):
        write_checked()(draft, Kit(ScriptedModel()))


def test_the_guard_replies_with_what_passed(draft, word_nli):
    model = ScriptedModel(["I have no dogs.", "Three dogs, all mine."])
    reply = Speaker(model, "guard", nli=word_nli).reply(draft.scene)
    assert reply.text == "Three dogs, all mine."
    assert reply.to_dict()["candidates"][0]["scores"] == {"contradiction": 0.05}
