"""usr: the paper's regression to the last digit, and our parts under it."""

from __future__ import annotations

import json
import math

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.encoders.dialogue_retrieval import SHIPPED
from personae.errors import CapabilityError, FormatError
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.metrics import usr as module
from personae.metrics.usr import FLOOR_NATS, PAPER, regression_named, shipped_regression, usr
from personae.metrics.usr_dr_c import usr_dr_c
from personae.metrics.usr_dr_f import usr_dr_f
from personae.metrics.usr_mlm import usr_mlm

MEANS = {"mlm": -1.0123, "dr_c": 0.8605, "dr_f": 0.8472}
FACTS = ("I have a dog.", "I am a nurse.")
SCENE = (
    Scene(persona=Persona(name="Ana", statements=FACTS), user="Bo")
    .said("Ana", "I just walked the dog.")
    .said("Bo", "What breed is your dog?")
)
GOOD, BAD = "She is a little poodle, and very spoiled.", "My son starts school in September."


def even(nats: float = -2.0) -> ScriptedModel:
    """A model that finds every word as likely."""
    return ScriptedModel(scorer=lambda request, text: Likelihood(tuple(nats for _ in text.split())))


def samples(*replies: str) -> list[Sample]:
    return [Sample(id=str(at), scene=SCENE, reply=one) for at, one in enumerate(replies)]


def test_the_papers_regression_at_its_means_is_its_intercept():
    assert PAPER.overall(MEANS) == pytest.approx(3.5975, abs=1e-12)


@pytest.mark.parametrize(
    ("part", "spread", "gain"),
    [("dr_c", 0.3026, 1.4738), ("mlm", 0.3905, 1.0636), ("dr_f", 0.2799, 0.3564)],
)
def test_one_spread_more_of_a_part_adds_its_weight(part, spread, gain):
    more = {**MEANS, part: MEANS[part] + spread}
    assert PAPER.overall(more) - PAPER.overall(MEANS) == pytest.approx(gain, abs=1e-9)


def test_a_part_that_is_not_known_counts_as_its_mean():
    assert PAPER.overall({**MEANS, "dr_f": None}) == PAPER.overall(MEANS)


def test_more_than_a_cap_is_worth_no_more():
    one = module.Regression(3.0, {"mlm": 1.0}, {"mlm": (-3.0, 0.5)}, {"mlm": -4.0})
    assert one.overall({"mlm": -1.0}) == one.overall({"mlm": -4.0}) == 1.0
    assert one.overall({"mlm": -4.5}) == 0.0


def test_what_ships_never_pays_for_words_that_nobody_would_say():
    refit = regression_named("refit")
    assert refit.weights["mlm"] > 0
    assert refit.caps["mlm"] < refit.scales["mlm"][0]
    heap = refit.overall({"mlm": -7.0, "dr_c": 0.6, "dr_f": 0.8})
    assert heap < refit.overall({"mlm": -4.0, "dr_c": 0.6, "dr_f": 0.8}) - 0.3


def test_papers_weights_stand_over_our_scales():
    paper, refit = regression_named("paper"), regression_named("refit")
    assert paper.weights == PAPER.weights
    assert paper.scales == refit.scales != PAPER.scales


def test_score_says_parts_qualities_and_the_grade():
    good = module.score(
        ["I just walked the dog.", "What breed is your dog?"], GOOD, FACTS, lm=even()
    )
    told = good.to_dict()
    assert told["understandable"] == told["natural"] == told["mlm"] == -2.0
    assert told["maintains_context"] == told["engaging"] == told["dr_c"]
    assert told["uses_knowledge"] == told["dr_f"]
    parts = {name: told[name] for name in module.PARTS}
    assert told["overall"] == pytest.approx(regression_named("refit").overall(parts))
    bad = module.score("What breed is your dog?", BAD, FACTS, lm=even())
    assert bad.overall < good.overall
    assert module.score("Hi?", "Hello!", lm=even()).dr_f is None


def test_the_metric_has_the_parts_means_and_the_same_grades():
    scores = usr()(samples(GOOD, BAD), Kit(even()))
    assert scores.values[0] > scores.values[1]
    assert scores.detail["mlm"] == -2.0
    assert scores.detail["lm"] == "scripted"
    parts = [make()(samples(GOOD, BAD), Kit(even())) for make in (usr_dr_c, usr_dr_f, usr_mlm)]
    assert scores.detail["dr_c"] == pytest.approx(parts[0].total, abs=1e-6)
    assert scores.detail["dr_f"] == pytest.approx(parts[1].total, abs=1e-6)
    assert parts[2].values == (-2.0, -2.0)


def test_likelihoods_are_of_the_reply_after_the_last_turn_without_the_persona():
    model = even()
    usr_mlm()(samples("it 's a poodle ."), Kit(model))
    [(request, continuations)] = model.scored
    assert continuations == ("It's a poodle.",)  # spelled as people write
    assert [(one.role, one.content) for one in request.messages] == [
        ("user", "What breed is your dog?")
    ]


def test_an_empty_reply_has_the_lowest_grade_and_impossible_words_have_a_floor():
    scores = usr()(samples("", "…"), Kit(even()))
    assert scores.values == (1.0, 1.0)
    assert usr_mlm()(samples("", "Hello."), Kit(even(-math.inf))).values == (FLOOR_NATS, FLOOR_NATS)


def test_failed_replies_and_replies_to_nothing_have_no_value():
    nothing = Sample(id="n", scene=Scene(persona=Persona(name="Ana")), reply="Hello.")
    failed = Sample(id="f", scene=SCENE, error="It broke.")
    for make in (usr, usr_mlm, usr_dr_c, usr_dr_f):
        assert make()([nothing, failed], Kit(even())).values == (None, None)


def test_without_likelihoods_it_says_what_would_do():
    with pytest.raises(CapabilityError, match="score"):
        usr()(samples(GOOD), Kit(ScriptedModel(capabilities=("chat",))))


def test_parts_stay_those_of_the_shipped_embedder_whatever_the_kit_has(word_embedder):
    given = usr_dr_c()(samples(GOOD), Kit(even(), embedder=word_embedder))
    assert given.values == usr_dr_c()(samples(GOOD), Kit(even())).values


def test_a_file_without_a_regression_is_said_in_a_sentence(tmp_path):
    value = json.loads(SHIPPED.read_text("utf-8"))
    for number, change in enumerate(({"bias": 1.0}, {**value["regression"], "bias": math.inf})):
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(value | {"regression": change}), "utf-8")
        with pytest.raises(FormatError, match="regression"):
            shipped_regression(file)
