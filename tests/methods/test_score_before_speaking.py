"""Score Before You Speak, as the model is asked."""

from personae.data import Persona, Scene
from personae.lm.scripted import ScriptedModel
from personae.speaker import Speaker

SCENE = Scene(persona=Persona(name="Ana", statements=("I have two dogs.",))).said("Bo", "Pets?")


def test_persona_score_and_adapter_reach_the_model():
    lm = ScriptedModel(["Two dogs."])
    reply = Speaker(lm, "sbs", options={"score": 0.9, "weight": 0.5}).reply(SCENE)
    assert reply.text == "Two dogs."
    request = lm.requests[-1]
    assert [(one.role, one.content) for one in request.messages] == [
        ("system", "Your name is Ana. You have two dogs."),
        ("user", "Pets? Score: 0.9"),
    ]
    assert request.adapters == (("score-before-speaking", 0.5),)


def test_the_gold_reply_is_scored_with_the_adapter_too():
    lm = ScriptedModel()
    assert Speaker(lm, "sbs").score_reference(SCENE, "Two dogs.") is not None
    assert lm.scored[-1][0].adapters == (("score-before-speaking", 1.0),)
