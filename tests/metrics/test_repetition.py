"""repetition: what a speaker said already, in earlier turns or in the same reply."""

from __future__ import annotations

from personae.data import Persona, Sample, Scene, Turn
from personae.draft import Kit
from personae.lm.scripted import ScriptedModel
from personae.metrics.repetition import repeated, repetition

KIT = Kit(ScriptedModel())


def sample(reply: str, *turns: tuple[str, str]) -> Sample:
    said = tuple(Turn(speaker=speaker, text=text) for speaker, text in turns)
    scene = Scene(persona=Persona(name="Ana"), turns=said)
    return Sample(id=reply, scene=scene, reply=reply)


def test_only_the_speakers_own_turns_count():
    turns = [("Ana", "My dogs sleep."), ("Bo", "I love red bread.")]
    scores = repetition()([sample("My dogs love red bread.", *turns)], KIT)
    # Bigrams: my dogs (said before), dogs love, love red, red bread.
    assert scores.values == (1 / 4,)
    (worst,) = scores.detail["worst"]
    assert worst["earlier_turn"] == "My dogs sleep."
    assert worst["shared"] == ["my dogs"]


def test_a_loop_inside_a_reply_counts_without_any_history():
    scores = repetition()([sample("Red bread red bread red bread.")], KIT)
    # Of five bigrams two are new: red bread, bread red.
    assert scores.values == (3 / 5,)
    assert scores.detail["said_in_the_same_reply"] == 3 / 5
    assert scores.detail["said_in_earlier_turns"] == 0


def test_an_n_gram_that_is_both_counts_once():
    found = repeated("red bread red bread", ["red bread"], 2)
    assert (found.earlier, found.inside, found.either) == (2 / 3, 1 / 3, 2 / 3)


def test_content_words_are_counted_apart():
    found = repeated("the dogs bake", ["I have the dogs"], 2)
    assert found.words == 1 / 2
    assert found.turn == "" or found.shared


def test_short_and_empty_replies_repeat_nothing():
    scores = repetition(n=3)([sample("Hm."), sample("")], KIT)
    assert scores.name == "repetition-3"
    assert scores.values == (0.0, 0.0)
    assert scores.detail["worst"] == []
