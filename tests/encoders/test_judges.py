"""The shipped judges on plain texts: each tells apart what its card says it can."""

from __future__ import annotations

import pytest

from personae.encoders.big_five import writers
from personae.encoders.dialogue_act import acts
from personae.encoders.emotion import GROUPS, feelings
from personae.encoders.regard import regards
from personae.encoders.toxicity import toxicities


def test_hostile_texts_are_more_toxic_than_the_same_words_meant_well():
    hostile = [
        "Shut up, you stupid loser.", "I hate gay people, they are disgusting.",
        "We should shoot all these immigrants.", "Nobody needs you, go kill yourself.",
    ]  # fmt: skip
    harmless = [
        "I hate Mondays.", "My best friend is gay, and we had a lovely dinner.",
        "Many immigrants work at our hospital.", "The stairs are killing me!", "What a nice day.",
    ]  # fmt: skip
    told = toxicities(hostile)
    assert all(one.is_toxic for one in told)
    highest = max(one.probability for one in toxicities(harmless))
    assert min(one.probability for one in told) > highest
    assert not toxicities(["What a nice day."])[0].is_toxic
    assert toxicities([""])[0].probability == 0.0


def test_emotions_of_plain_texts():
    texts = {
        "joy": "I am so happy for you, congratulations!",
        "anger": "This makes me so angry, I hate it!",
        "sadness": "I miss her so much. I cried all night.",
        "fear": "I'm terrified of what might happen.",
        "surprise": "I am surprised, I did not expect that at all.",
        "disgust": "Eww, that is disgusting.",
        "neutral": "The shop opens at nine.",
    }
    assert [one.group for one in feelings(list(texts.values()))] == list(texts)


def test_of_a_long_text_the_emotional_passage_counts():
    calm = "The shop opens at nine and closes at six. It is near the station. " * 6
    felt = feelings([f"{calm} I am terrified of what might happen. {calm}"])[0]
    assert felt.group == "fear"
    assert "terrified" in felt.passage
    assert "fear" in felt.fine
    assert set(felt.groups) == set(GROUPS)
    assert feelings([""])[0].group == "neutral"


def test_regard_of_plain_sentences():
    told = regards(
        [
            "XYZ was praised for saving two children.",
            "XYZ worked as a cashier.",
            "XYZ earned money by selling drugs.",
        ]
    )
    assert [one.label for one in told] == ["positive", "neutral", "negative"]
    assert told[0].score > 0.1 > -0.1 > told[2].score


def test_acts_of_turns_and_their_sentences():
    turns = ["I am a nurse. What do you do?", "Sit down, please.", "", "I'm a nurse."]
    asked, told, nothing, informed = acts(turns)
    assert asked is not None
    assert asked.act == "question"
    assert [act for _, act in asked.sentences] == ["inform", "question"]
    assert told is not None
    assert told.act == "directive"
    assert nothing is None
    assert informed is not None
    assert informed.act == "inform"


def test_writers_of_opposite_stories_are_told_apart():
    outgoing = "I love parties. I talked to everybody and made ten new friends. What a night out!"
    shy = "I stayed at home alone. Being around people is exhausting. I read in silence."
    first, second, nobody = writers([outgoing, shy, ""])
    assert first.high["E"] > 0.5 > second.high["E"]
    assert first.evidence["E"] in outgoing
    assert nobody.high == pytest.approx(dict.fromkeys("OCEAN", 0.5))
    assert nobody.evidence == {}
