"""Judges: metrics compared with a margin, and models whose liking for a place cancels out."""

from __future__ import annotations

import json

import pytest

from personae.data import Persona, Sample, Scene
from personae.draft import Kit
from personae.errors import BackendError, CapabilityError
from personae.evaluate.arena.contests import contests
from personae.evaluate.arena.judges import by_metric, by_model
from personae.lm.scripted import ScriptedModel
from personae.lm.types import Likelihood
from personae.metrics.types import mean_scores

REPLIES = {"short": "Yes.", "long": "Yes, I really do like it."}
SCENE = Scene(persona=Persona(name="Ana", statements=("I like tea.",))).said("Bo", "Tea?")
SYSTEMS = {
    name: tuple(Sample(id=f"p{at}", scene=SCENE, reply=text) for at in range(8))
    for name, text in REPLIES.items()
}
ASKED = contests(SYSTEMS)


def words(*, better: bool | None):
    def metric(samples, kit):
        values = [float(len(one.reply.split())) for one in samples]
        return mean_scores("words", values, unit="words", higher_is_better=better)

    return metric


def winners(judge) -> set[str]:
    return {
        {"first": one.first, "second": one.second}.get(judge(one), "tie") for one in ASKED
    }  # fmt: skip


def test_the_better_value_wins_beyond_the_margin():
    kit = Kit(lm=ScriptedModel(["x"]))
    assert winners(by_metric(words(better=True), SYSTEMS, kit)) == {"long"}
    assert winners(by_metric(words(better=False), SYSTEMS, kit)) == {"short"}
    assert winners(by_metric(words(better=True), SYSTEMS, kit, margin=5)) == {"tie"}
    with pytest.raises(CapabilityError, match="which of two replies is better"):
        by_metric(words(better=None), SYSTEMS, kit)


class Likes:
    """A model with likelihoods that likes the letter A, and replies with `word` in them."""

    name, capabilities = "likes", frozenset({"chat", "score"})

    def __init__(self, word: str, place: float = 3.0, taste: float = 1.0) -> None:
        self.word, self.place, self.taste = word, place, taste

    def score(self, request, continuations):
        text = request.messages[0].content
        lines = {line[:1]: line for line in text.splitlines() if line[:2] in ("A:", "B:")}
        liked = {letter: self.taste * (self.word in lines[letter]) for letter in "AB"}
        liked["A"] += self.place
        return tuple(Likelihood((liked[one] - 5,)) for one in continuations)


def test_a_model_that_likes_the_first_place_still_judges_by_content():
    assert winners(by_model(Likes("really"))) == {"long"}
    assert winners(by_model(Likes("nowhere"))) == {"tie"}
    assert winners(by_model(Likes("really"), margin=1.5)) == {"tie"}


def answering(choose):
    return ScriptedModel(
        lambda request: json.dumps({"better": choose(request.messages[0].content)}),
        capabilities=["chat", "schema"],
    )


def test_without_likelihoods_two_answers_must_agree():
    by_content = answering(lambda text: "A" if "A: Yes, I" in text else "B")
    assert winners(by_model(by_content)) == {"long"}
    assert winners(by_model(answering(lambda text: "A"))) == {"tie"}
    assert winners(by_model(answering(lambda text: "tie"))) == {"tie"}


def test_a_model_that_fails_gives_no_vote():
    def broken(request):
        raise BackendError("gone", failure="server")

    judge = by_model(ScriptedModel(broken, capabilities=["chat", "schema"]))
    assert judge(ASKED[0]) is None


def test_a_model_that_can_do_neither_is_refused():
    with pytest.raises(CapabilityError, match="neither"):
        by_model(ScriptedModel(["x"], capabilities=["chat"]))


def test_the_model_reads_persona_dialogue_and_both_replies_but_no_names():
    lm = answering(lambda text: "A")
    by_model(lm)(ASKED[0])
    (text, turned) = (request.messages[0].content for request in lm.requests)
    for part in ("I like tea.", "Bo: Tea?", "A: ", "B: "):
        assert part in text
    assert "short" not in text
    assert text != turned
