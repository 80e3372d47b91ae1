"""Speaker: a model and a method that reply to scenes."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from personae.data import Persona, Scene
from personae.draft import Candidate, Emission
from personae.errors import Cancelled, CapabilityError, InvalidOption, UnknownEntry
from personae.lm.scripted import ScriptedModel, echo
from personae.lm.types import Likelihood
from personae.speaker import Speaker

SCENE = Scene(persona=Persona(name="Ana", id="ana"), user="Bo").said("Bo", "How are you today?")


def test_a_reply_says_how_it_came_about():
    reply = Speaker(ScriptedModel(["Fine, thanks."]), "plain", seed=3).reply(SCENE)
    told = reply.to_dict()
    assert list(told) == [
        "reply", "method", "model", "candidates", "evidence", "usage", "timings",
    ]  # fmt: skip
    assert (told["reply"], told["method"], told["model"]) == ("Fine, thanks.", "plain", "scripted")
    assert told["candidates"] == [
        {"text": "Fine, thanks.", "scores": {}, "seed": 3, "finish": "stop", "attempts": 1}
    ]
    assert list(told["usage"]) == ["prompt_tokens", "completion_tokens", "cached_tokens"]
    assert told["timings"]["total_s"] >= told["timings"]["first_token_s"] >= 0
    json.dumps(told)


def test_the_reply_becomes_the_personas_turn():
    turn = Speaker(ScriptedModel(["Fine."])).reply(SCENE).to_turn()
    assert (turn.speaker, turn.text, turn.labels) == ("Ana", "Fine.", {})


def test_the_method_is_found_by_its_short_name_and_options_are_checked():
    speaker = Speaker(ScriptedModel(), "baseline", options={"max_tokens": "7"})
    assert (speaker.method, speaker.options) == ("plain", {"max_tokens": 7})


@pytest.mark.parametrize(
    ("method", "options", "error"),
    [("nonsense", {}, UnknownEntry), ("plain", {"k": 1}, InvalidOption),
     ("plain", {"max_tokens": 0}, InvalidOption)],
)  # fmt: skip
def test_what_does_not_exist_is_refused_before_any_reply(method, options, error):
    with pytest.raises(error):
        Speaker(ScriptedModel(), method, options=options)


def test_a_method_may_be_a_function():
    def shout(draft, kit):
        return replace(draft, candidates=(Candidate(f"{kit.seed}!"),), chosen=0)

    speaker = Speaker(ScriptedModel(), shout, seed=5)
    assert (speaker.method, speaker.reply(SCENE).text) == ("shout", "5!")
    assert speaker.reply(SCENE, seed=6).text == "6!"


def test_a_reply_is_heard_as_it_is_made():
    heard: list[Emission] = []
    reply = Speaker(ScriptedModel(["One two three. Four five six."])).reply(
        SCENE, emit=heard.append
    )
    assert "".join(emission.text for emission in heard) == reply.text


def test_a_reply_can_be_cancelled():
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(Cancelled):
        Speaker(ScriptedModel(["Fine."])).reply(SCENE, cancel=cancel)


def test_many_threads_get_the_replies_of_one():
    speaker = Speaker(ScriptedModel(echo), "plain", replayable=True)
    scenes = [SCENE.said("Bo", f"Question number {n}, please?") for n in range(24)]
    alone = [speaker.reply(scene, seed=n).text for n, scene in enumerate(scenes)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda n: speaker.reply(scenes[n], seed=n).text, range(24)))
    assert together == alone
    assert len(set(alone)) > 20


def test_the_reference_is_scored_after_the_very_prompt():
    lm = ScriptedModel(["Fine."], scorer=lambda request, text: Likelihood((-1.0, -2.0)))
    speaker = Speaker(lm, "plain", replayable=True)
    assert speaker.score_reference(SCENE, "Well enough.").total == -3.0
    ((request, continuations),) = lm.scored
    assert continuations == ("Well enough.",)
    assert lm.requests == ()
    speaker.reply(SCENE)
    assert lm.requests[0].messages == request.messages
    assert request.replayable is lm.requests[0].replayable is True


def test_a_model_that_cannot_score_gives_no_likelihood():
    speaker = Speaker(ScriptedModel(capabilities=["chat"]))
    assert speaker.score_reference(SCENE, "Well.") is None


def test_a_missing_capability_is_refused_at_once():
    with pytest.raises(CapabilityError, match="'plain' needs the capability 'chat'"):
        Speaker(ScriptedModel(capabilities=["score"]))
