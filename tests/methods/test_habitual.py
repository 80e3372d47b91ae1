"""habitual: the three modes, and the rewriting that is taken only where it means the same."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

SCENE = Scene(persona=Persona(name="Kim", statements=("I have a dog.",)), user="Sam").said(
    "Sam", "Is your dog in the park every morning?"
)


@pytest.fixture
def speak(word_embedder, word_nli):
    def run(mode, *replies, **options):
        lm = ScriptedModel(list(replies))
        speaker = Speaker(
            lm, "habitual", embedder=word_embedder, nli=word_nli,
            options={"mode": mode, "relevant": 0.0, **options},
        )  # fmt: skip
        return speaker.reply(SCENE), lm

    return run


def test_unconstrained_tells_the_facts_instead_of_the_statements(speak):
    reply, lm = speak("unconstrained", "Yes, it is.")
    assert reply.text == "Yes, it is."
    system = lm.requests[0].messages[0].content
    assert "- I walk my dog in the park every morning." in system
    assert system.count("\n- ") == 6
    assert "I have a dog." not in system


def test_unconstrained_can_tell_them_before_the_last_message(speak):
    _, lm = speak("unconstrained", "Yes, it is.", told="before")
    told = [message.content for message in lm.requests[0].messages]
    assert "I have a dog." in told[0]
    assert told[-2].count("\n- ") == 6


def test_the_baseline_is_plain(speak):
    reply, lm = speak("baseline", "Yes.")
    plain = ScriptedModel(["Yes."])
    Speaker(plain, "plain").reply(SCENE)
    assert lm.requests[0].messages == plain.requests[0].messages
    assert reply.draft.evidence == ()


def test_paraphrase_rewrites_the_reply_that_was_written_without_the_facts(speak):
    reply, lm = speak("paraphrase", "Yes, it is.", "Yes, it is, with its lead.")
    assert reply.text == "Yes, it is, with its lead."
    assert all("lead" not in message.content for message in lm.requests[0].messages)
    asked = lm.requests[1].messages
    assert len(asked) == 8  # the task, three examples, the reply
    assert "Original reply: Yes, it is." in asked[-1].content
    assert "I walk my dog in the park every morning." in asked[-1].content


@pytest.mark.parametrize("rewriting", ["", "Is your dog in the park every morning?"])
def test_a_rewriting_with_a_fault_is_not_taken(speak, rewriting):
    reply, _ = speak("paraphrase", "Yes, it is.", rewriting)
    assert reply.text == "Yes, it is."
    assert reply.draft.notes["rewritten"] is False


def test_a_rewriting_that_contradicts_the_reply_is_not_taken(speak):
    reply, _ = speak("paraphrase", "Yes, it is my hound.", "Yes, it is no hound of mine.")
    assert reply.text == "Yes, it is my hound."
