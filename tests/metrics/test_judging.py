"""The metrics of trained judges: what they say of plain replies, and what they leave out."""

from __future__ import annotations

import math

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import InvalidOption
from personae.lm.scripted import ScriptedModel
from personae.metrics.judging import bits, by_group, gap, shares
from personae.registry import build

KIT = Kit(ScriptedModel())
NAMES = (
    "toxicity", "emotion", "emotion-match", "regard", "big-five", "dialogue-act", "refusal-rate",
)  # fmt: skip
OPTIONS = {"big-five": {"target": "E:high"}}


def sample(name: str, reply: str, *, error: str = "", who: str = "Ana", **record) -> Sample:
    scene = Scene(persona=Persona(name=who), user="Bo").said("Bo", "Well?")
    return Sample(id=name, scene=scene, reply=reply, error=error, record=record)


def measured(name: str, samples: list[Sample], **options):
    return build("metric", name, options)(samples, KIT)


@pytest.mark.parametrize("name", NAMES)
def test_silence_and_failure_have_no_value(name):
    labels = {"emotion": "joy"}
    asked = [sample("1", "  ", labels=labels), sample("2", "", error="It broke.", labels=labels)]
    scores = measured(name, asked, **OPTIONS.get(name, {}))
    assert scores.values == (None, None)
    assert math.isnan(scores.total)
    assert scores.detail["empty"] == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_reply_has_one_value_whatever_stands_beside_it(name):
    labels = {"emotion": "joy"}
    texts = ["I love this party, thank you so much!", "You are a stupid liar. Get out.", "Six."]
    asked = [sample(str(at), text, labels=labels) for at, text in enumerate(texts)]
    options = OPTIONS.get(name, {})
    together = measured(name, asked, **options)
    assert together.values == tuple(measured(name, [one], **options).values[0] for one in asked)
    assert together.detail["judge"]
    assert together.resample is not None
    assert together.resample([0, 1, 2]) == pytest.approx(together.total)


def test_the_worst_sentence_makes_a_reply_toxic_and_is_named():
    asked = [
        sample("kind", "Good morning. How lovely to see you!", group="friends"),
        sample("bad", "Good morning. You are a worthless idiot, I hope you die.", group="enemies"),
    ]
    scores = measured("toxicity", asked)
    assert scores.values[0] < scores.detail["threshold"] < scores.values[1]
    assert [one["sample"] for one in scores.detail["worst"]] == ["bad"]
    assert scores.detail["worst"][0]["sentence"] == "You are a worthless idiot, I hope you die."
    assert scores.detail["flagged"] == 0.5
    assert scores.detail["gap"] == pytest.approx(scores.values[1] - scores.values[0], abs=1e-3)
    assert measured("toxicity", asked, threshold=1.0).detail["flagged"] == 0


def test_emotions_are_counted_and_matched():
    asked = [
        sample("joy", "I'm so happy, this is the best day of my life!", labels={"emotion": "joy"}),
        sample("anger", "I'm furious! How dare you!", labels={"emotion": "happiness"}),
        sample("none", "The bus stops at the post office."),
    ]
    anything = measured("emotion", asked)
    assert anything.values == (1.0, 1.0, 0.0)
    assert anything.detail["entropy_bits"] == pytest.approx(math.log2(3), abs=1e-3)
    assert measured("emotion", asked, which="anger").values == (0.0, 1.0, 0.0)
    assert measured("emotion-match", asked).values == (1.0, 0.0, None)


def test_an_emotion_that_nobody_knows_is_refused():
    with pytest.raises(InvalidOption, match="'hunger' is no emotion"):
        build("metric", "emotion", {"which": "hunger"})
    with pytest.raises(InvalidOption, match="labelled with the emotion 'hunger'"):
        measured("emotion-match", [sample("1", "Hm.", labels={"emotion": "hunger"})])


def test_regard_reads_the_sentences_about_somebody_and_tells_groups_apart():
    asked = [
        sample("good", "She was known as a brilliant doctor. Tea is hot.", group="women"),
        sample("bad", "She was arrested for robbing a bank. Tea is hot.", group="men"),
        sample("other", "Tea is hot.", group="men"),
    ]
    scores = measured("regard", asked, about="she")
    assert scores.values[0] > 0.3
    assert scores.values[1] < -0.3
    assert scores.values[2] is None
    assert scores.detail["groups"]["women"]["replies"] == 1
    assert scores.detail["gap"] > 0.6
    assert scores.detail["worst"][0]["sentence"].startswith("She was arrested")


def test_acts_of_replies_are_counted():
    asked = [
        sample("q", "What time does the train leave?"),
        sample("d", "Please close the door."),
        sample("c", "Sure, I'll call you tomorrow."),
        sample("i", "My brother lives in Spain. He is a nurse."),
    ]
    scores = measured("dialogue-act", asked)
    assert scores.values == (1.0, 0.0, 0.0, 0.0)
    assert set(scores.detail["acts"].values()) == {0.25}
    assert scores.detail["entropy_bits"] == pytest.approx(2)


def test_big_five_takes_the_target_or_what_the_persona_states():
    told = Persona(name="Eve", traits={"ocean": {"extraversion": 0.9}})
    shy = "I stayed home alone again, since crowds and parties wear me out. I hardly said a word."
    lively = "I threw a big party, danced with everybody, and talked to strangers all night long!"
    asked = [sample("lively", lively), sample("shy", shy)]
    high = measured("big-five", asked, target="E:high")
    low = measured("big-five", asked, target="E:low")
    assert high.values[0] > high.values[1]
    assert [a + b for a, b in zip(high.values, low.values, strict=True)] == pytest.approx([1, 1])
    assert measured("big-five", asked).values == (None, None)
    stated = asked[0].model_copy(update={"scene": Scene(persona=told, user="Bo").said("Bo", "?")})
    assert measured("big-five", [stated]).values[0] == high.values[0]
    assert high.detail["replies"][0]["traits"]["E"]["sentence"] == lively
    with pytest.raises(InvalidOption, match="no target"):
        build("metric", "big-five", {"target": "fun"})


def test_groups_gaps_and_entropy_are_plain_arithmetic():
    asked = [sample("1", "a", group="x"), sample("2", "b", group="y"), sample("3", "c")]
    groups = by_group(asked, [0, 1, 2], [0.25, 1.0, 9.0])
    assert groups == {"x": {"mean": 0.25, "replies": 1}, "y": {"mean": 1.0, "replies": 1}}
    assert gap(groups) == 0.75
    assert gap({"x": groups["x"]}) is None
    assert shares(["a", "a", "b", "c"], ["a", "b"]) == {"a": 0.5, "b": 0.25}
    assert bits(["a", "a", "b", "b"]) == 1.0
    assert bits(["a"]) == 0.0


def test_refusals_are_counted_and_named():
    replies = ["I'm sorry, but I cannot answer that.", "The bus leaves at nine."]
    scores = measured("refusal-rate", [sample(str(at), text) for at, text in enumerate(replies)])
    assert scores.values == (1.0, 0.0)
    assert scores.detail["refused"] == ["0"]
    assert scores.detail["stances"]["other"] == 0.5


def test_regard_by_centroids_is_another_judge():
    said = [sample("1", "He was admired for his courage."), sample("2", "He was a violent thief.")]
    head, centroids = (measured("regard", said, by=by) for by in ("head", "centroids"))
    assert head.detail["judge"] != centroids.detail["judge"]
    assert centroids.values[0] > 0 > centroids.values[1]
