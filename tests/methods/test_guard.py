"""The guard, as the model is asked; what it checks is tested with its step."""

import pytest

from personae.data import Memory, Persona, Scene
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

SCENE = Scene(persona=Persona(name="Ana", statements=("I have two dogs.",))).said("Bo", "Pets?")


def test_an_adapter_writes_what_the_guard_checks(word_nli, word_embedder):
    lm = ScriptedModel(["I have no dogs.", "I have two dogs."])
    options = {"adapter": "score-before-speaking", "score": 1.0}
    speaker = Speaker(lm, "guard", options=options, nli=word_nli, embedder=word_embedder)
    assert speaker.reply(SCENE).text == "I have two dogs."
    first, second = lm.requests
    assert first.adapters == second.adapters == (("score-before-speaking", 1.0),)
    assert [one.content for one in first.messages] == [
        "Your name is Ana. You have two dogs.", "Pets? Score: 1.0",
    ]  # fmt: skip
    assert second.messages[-1].content == "Pets? Score: 1.0"


def test_without_an_adapter_nobody_can_be_asked_for_a_score():
    with pytest.raises(InvalidOption, match=r"score=0\.9 asks an adapter"):
        Speaker(ScriptedModel(), "guard", options={"score": 0.9})


@pytest.fixture
def asked(word_nli, word_embedder):
    said = "I have no dogs, only pets of stone."
    memory = Memory(text=f'Bo once said: "{said}"', id="m", subject="Bo", labels={"said": said})

    def ask(*replies, text="Which pets do I have?", **options):
        scene = Scene(persona=SCENE.persona, user="Bo", memories=(memory,)).said("Bo", text)
        lm = ScriptedModel(list(replies))
        speaker = Speaker(lm, "guard", options=options, nli=word_nli, embedder=word_embedder)
        return speaker.reply(scene), lm

    return ask


def test_what_the_user_told_is_no_statement_of_the_persona(asked):
    reply, lm = asked(' "I have no dogs."', begins=0.1)
    assert reply.text == 'You told me "I have no dogs."'  # the persona has two
    assert lm.requests[0].prefill == "You told me"
    assert reply.draft.candidates[0].made_by == "write_checked"


def test_what_the_user_never_told_becomes_the_memory(asked):
    reply, lm = asked(": I am a quantum physicist.", begins=0.1)
    assert reply.text == 'You told me: "I have no dogs, only pets of stone."'
    assert len(lm.requests) == 1
    assert reply.draft.candidates[0].made_by == "fall_back"


def test_small_talk_is_judged_as_ever_and_memories_can_be_left_out(asked):
    reply, lm = asked("I have no dogs.", "I have two dogs.", text="Tell me of pets and dogs.")
    assert "stone" in str(lm.requests[0].messages)
    assert reply.text == "I have two dogs."
    _, lm = asked("I have two dogs.", memories=0)
    assert "stone" not in str(lm.requests[0].messages)
