"""pabst: the story is found, the tokens are drawn towards it, the trace tells the losses."""

from __future__ import annotations

import pytest

from personae.data import Persona, Scene
from personae.lm.scripted import ScriptedModel
from personae.methods.plain import plain
from personae.speaker import Speaker

SCENE = Scene(persona=Persona(name="Kim", statements=("I have a horse.",)), user="Sam").said(
    "Sam", "My horse bolted, does your horse?"
)


def distributor(request, text):
    """ "mine eats" unless something pulls towards "horse bolted"."""
    words = text.split()
    table = {0: {"mine": 0.7, "horse": 0.3}, 1: {"eats": 0.8, "bolted": 0.2}}
    return table.get(len(words), {"": 1.0})


@pytest.fixture
def speak(tmp_path, word_embedder, word_nli):
    file = tmp_path / "mine.txt"
    file.write_text("My horse bolted. We ran.\nI baked bread. It burned.\n")

    def run(scene=SCENE, seed=0, model=distributor, **options):
        speaker = Speaker(
            ScriptedModel(distributor=model), "pabst",
            options={"stories": str(file), "relevant": 0.0, "max_tokens": 8, **options},
            embedder=word_embedder, nli=word_nli,
        )  # fmt: skip
        return speaker.reply(scene, seed=seed)

    return run


def test_without_weights_it_decodes_as_if_there_were_no_story(speak):
    reply = speak(lambda_story=0, lambda_nli=0)
    assert reply.text == "mine eats"
    assert len(reply.draft.candidates) == 1


def test_the_weight_draws_the_reply_towards_the_story(speak):
    assert speak(lambda_story=1, lambda_nli=0).text == "horse bolted"


def test_the_trace_tells_the_story_and_the_losses(speak):
    reply = speak(lambda_story=1, lambda_nli=1)
    assert reply.draft.evidence[0].source == "story:mine:1"
    assert reply.draft.notes["story"] == "mine:1"
    for one in reply.to_dict()["candidates"]:
        assert set(one["losses"]) == {"fluency", "story", "consistency"}
        assert one["losses"]["story"] == pytest.approx(1 - one["scores"]["story"], abs=1e-3)


def test_consistency_chooses_among_the_candidates(speak):
    def model(request, text):
        return {0: {"no": 0.6, "my": 0.4}, 1: {"horse": 1.0}}.get(len(text.split()), {"": 1.0})

    texts = {weight: speak(model=model, lambda_story=0, lambda_nli=weight, candidates=8).text
             for weight in (0, 5)}  # fmt: skip
    assert texts == {0: "no horse", 5: "my horse"}


def test_the_prompt_is_that_of_plain_unless_the_story_is_told(speak, word_embedder, word_nli):
    prompt = Speaker(ScriptedModel(), plain()).prompt(SCENE).messages
    assert speak(lambda_nli=0).draft.messages == prompt
    told = speak(told=True, lambda_nli=0).draft.messages
    assert "This happened to Kim once: My horse bolted. We ran." in told[-2].content


def test_a_story_that_is_not_near_enough_is_left_out(speak):
    reply = speak(relevant=0.99)
    assert reply.draft.notes["story"] == ""
    assert reply.text == "mine eats"
