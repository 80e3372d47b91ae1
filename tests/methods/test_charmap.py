"""The method charmap: plain, with what the character's points found before the last message."""

from __future__ import annotations

from personae.data import Memory, Persona, Scene
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

SCENE = Scene(
    persona=Persona(name="Ana", statements=("Ana fears the mill.",)),
    memories=(Memory(text="Her brother lay under the mill."), Memory(text="Bo sang.")),
    user="Bo",
).said("Bo", "Shall we go by the mill or by the road?")


def test_the_reply_is_written_after_what_was_recalled(word_embedder):
    lm = ScriptedModel(["By the road."])
    speaker = Speaker(lm, "charmap", options={"pieces": 1}, embedder=word_embedder)
    reply = speaker.reply(SCENE)
    assert reply.text == "By the road."
    assert [one.text for one in reply.draft.evidence] == ["Her brother lay under the mill."]
    texts = [message.content for message in lm.requests[0].messages]
    assert "Her brother lay under the mill." in texts[-2]
    assert texts[-1].startswith("Shall we go")


def test_without_memories_it_is_plain(word_embedder):
    scene = SCENE.model_copy(update={"memories": ()})
    own, other = ScriptedModel(["Yes."]), ScriptedModel(["Yes."])
    Speaker(own, "charmap", embedder=word_embedder).reply(scene)
    Speaker(other, "plain").reply(scene)
    assert own.requests[0].messages == other.requests[0].messages
