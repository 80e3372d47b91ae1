"""Retrieval by relevance, and the preference-tuned adapter."""

from personae.data import Persona, Scene
from personae.encoders.embedder import open_embedder
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

PERSONA = Persona(name="Ana", statements=("I am a nurse.", "I have two dogs.", "I live in Oslo."))


def test_the_model_reads_what_is_relevant_with_the_adapter():
    lm = ScriptedModel(["Two dogs."])
    speaker = Speaker(lm, "apc-dpo", options={"statements": 1}, embedder=open_embedder())
    reply = speaker.reply(Scene(persona=PERSONA).said("Bo", "Do you have any pets?"))
    assert reply.text == "Two dogs."
    assert lm.requests[-1].messages[0].content == "Your name is Ana. You have two dogs."
    assert lm.requests[-1].adapters == (("apc-preferences", 1.0),)
